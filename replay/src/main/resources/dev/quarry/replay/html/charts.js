// Charts by uPlot, with a line of values above each that follows the pointer.

const drawn = new Set();

/** How wide a chart may be in its place. */
const widthIn = (host) => Math.max(240, Math.floor(host.clientWidth));

/**
 * A chart: { height, x, xName, xText, xRange, y: { name, text, range }, series, sync }. A series is
 * { name, data, shown, all, colour, fill, dash, width, paths }; `shown` are the values to tell where
 * the data are sums, as in stacks, and `all` is what to tell at rest in place of the last one. Colours
 * are functions, as the scheme may change.
 */
function chart(host, options) {
  const chips = valueLine(options);
  const place = el("div");
  host.append(chips.element, place);
  const plot = new uPlot(plotOptions(options, place, chips), [options.x, ...options.series.map((s) => s.data)], place);
  chips.plot = plot;
  chips.tell(null);
  const resizing = new ResizeObserver(() => {
    if (!document.documentElement.dataset.print && widthIn(place) !== plot.width) {
      plot.setSize({ width: widthIn(place), height: options.height });
    }
  });
  resizing.observe(place);
  const entry = {
    plot,
    height: options.height,
    place,
    repaint: () => { chips.repaint(); plot.redraw(false, true); },
    destroy() { resizing.disconnect(); plot.destroy(); drawn.delete(entry); host.replaceChildren(); },
  };
  drawn.add(entry);
  return entry;
}

function plotOptions(options, place, chips) {
  const font = "12px system-ui, 'Liberation Sans', sans-serif";
  const axis = {
    stroke: () => colour("muted"),
    font,
    labelFont: font,
    grid: { stroke: () => colour("line"), width: 1 },
    ticks: { stroke: () => colour("line"), width: 1, size: 5 },
  };
  const x = { ...axis, label: options.xName, labelSize: 18, size: 30, gap: 3, space: options.xSplits ? 20 : 70,
    values: (_, splits) => splits.map(options.xText), ...(options.xSplits ? { splits: options.xSplits } : {}) };
  const y = { ...axis, label: options.y.name, labelSize: 20, gap: 4, space: 34,
    size: (_, values) => 14 + 7 * Math.max(2, ...(values ?? []).map((v) => String(v ?? "").length)),
    values: (_, splits) => splits.map(options.y.text) };
  return {
    width: widthIn(place),
    height: options.height,
    legend: { show: false },
    padding: [8, 24, 0, 0],
    scales: { x: { time: false, ...(options.xRange ? { range: options.xRange } : {}) }, y: { range: options.y.range } },
    axes: [x, y],
    cursor: {
      y: false,
      drag: { x: false, y: false, setScale: false },
      ...(options.points === false ? { points: { show: false } } : {}),
      ...(options.sync ? { sync: { key: options.sync, scales: ["x", null] } } : {}),
    },
    series: [{}, ...options.series.map((s) => ({
      label: s.name,
      stroke: s.stroke ?? s.colour,
      fill: s.fill,
      width: s.width ?? 1.5,
      dash: s.dash,
      paths: s.paths,
      points: s.isPoints ? { show: true, size: 9, fill: s.colour() } : { show: options.x.length < 3 && !s.paths },
    }))],
    hooks: { setCursor: [(plot) => chips.tell(plot.cursor.idx)] },
  };
}

function hideOrShow(plot, i, shown) {
  plot.setSeries(i + 1, { show: shown });
}

/** The line of values; at rest it tells the last ones. A click on a name hides its line. */
function valueLine(options) {
  const when = el("span", { class: "when" });
  const entries = options.series.map((s, i) => ({ s, i })).filter(({ s }) => !s.unnamed);
  const parts = entries.map(({ s, i }) => {
    const swatch = el("span", { class: `swatch${s.dash ? " dashed" : ""}`, "--of": s.colour() });
    const value = el("b");
    const name = options.fixed ? el("span", {}, swatch, s.name) : el("button", {
      type: "button", "aria-pressed": "true", title: "hide or show",
      onclick: () => {
        const shown = name.getAttribute("aria-pressed") !== "true";
        name.setAttribute("aria-pressed", String(shown));
        (options.toggle ?? hideOrShow)(line.plot, i, shown);
      },
    }, swatch, s.name);
    return { s, swatch, value, element: el("span", {}, name, " ", value) };
  });
  const line = {
    element: el("div", { class: "chips" }, when, ...parts.map((part) => part.element)),
    tell(at) {
      const index = at ?? options.x.length - 1;
      when.textContent = at === null || at === undefined ? options.atRest ?? "at the end" : options.whenText(options.x[index]);
      for (const { s, value } of parts) {
        const resting = at === null || at === undefined;
        value.textContent = options.y.value(resting && s.all !== undefined ? s.all : (s.shown ?? s.data)[index]);
      }
    },
    repaint() {
      parts.forEach(({ s, swatch }) => swatch.style.setProperty("--of", s.colour()));
    },
  };
  return line;
}

/** The options of a chart over recorded time. */
function overTime(micros, options) {
  const x = micros.map((time) => time / 1e6);
  return {
    x,
    xName: DATA.head.timeName ?? "seconds since the first event",
    xText: (t) => String(Math.round(t * 1e6) / 1e6),
    xRange: () => [0, (DATA.head.micros || 1e6) / 1e6],
    whenText: (t) => `at ${seconds(t)}`,
    sync: "time",
    ...options,
  };
}

/** A picture: its name, what was drawn, and one line that says what to see in it. */
function picture(host, name, unit, caption) {
  const body = el("div", { role: "group", "aria-label": `${name}. ${caption}` });
  host.append(el("figure", {},
    el("p", { class: "name" }, name, unit ? el("span", {}, ` ${unit}`) : null),
    body,
    el("figcaption", {}, caption)));
  return body;
}

/** Redraws everything, in another scheme or for paper. */
const repaints = [];
function repaintAll() {
  drawn.forEach((entry) => entry.repaint());
  repaints.forEach((repaint) => repaint());
}

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaintAll);

const PAPER_WIDTH = 680;

addEventListener("beforeprint", () => {
  document.documentElement.dataset.print = "yes";
  drawn.forEach(({ plot, height }) => plot.setSize({ width: Math.min(PAPER_WIDTH, plot.width), height }));
  repaintAll();
});
addEventListener("afterprint", () => {
  delete document.documentElement.dataset.print;
  drawn.forEach(({ plot, height, place }) => plot.setSize({ width: widthIn(place), height }));
  repaintAll();
});
