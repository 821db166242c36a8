// Requests that failed: when, of which order, why.

/** Rows added up by what `of` says of each; ascending. */
function grouped(of) {
  const groups = new Map();
  for (const row of DATA.failures.rows) {
    const counts = unrun(row.counts);
    const group = groups.get(of(row));
    groups.set(of(row), group ? group.map((n, i) => n + counts[i]) : counts);
  }
  return [...groups.entries()].sort(([a], [b]) => a - b);
}

function failureChart(host, byReason) {
  const { stepMicros, reasons } = DATA.failures;
  const groups = grouped((row) => (byReason ? row.reason : row.order));
  const stretches = Math.ceil((DATA.head.micros + 1) / stepMicros);
  const x = Array.from({ length: stretches }, (_, i) => (i + 0.5) * stepMicros);
  const counts = groups.map(([, values]) => values.slice(0, stretches));
  const all = x.map((_, i) => sum(counts.map((values) => values[i])));
  const first = all.findIndex((n) => n > 0);
  const worst = all.indexOf(Math.max(...all));
  const ms = digits(stepMicros / 1000);
  const body = picture(host, `Failed requests in each ${ms} ms`, byReason ? "by reason" : "by order",
    `The first failed at ${seconds((first * stepMicros) / 1e6)}; the most, ${int(all[worst])} in ${ms} ms, at ${seconds(x[worst] / 1e6)}.`);
  let above = all;
  const sums = counts.map((values) => {
    const top = above;
    above = above.map((n, i) => n - values[i]);
    return top;
  });
  const paint = (i) => () => (byReason ? plainColour(i) : orderColour(groups[i][0]));
  const name = ([id]) => (byReason ? reasonName(reasons, id) : `order ${id}`);
  return chart(body, overTime(x, {
    height: 250,
    fixed: true,
    points: false,
    atRest: "in all",
    y: { name: "requests", text: int, range: (_, min, max) => [0, Math.max(1, max) * 1.05], value: int },
    series: groups.map((group, i) => ({
      name: name(group),
      data: sums[i],
      shown: [...counts[i]],
      all: sum(counts[i]),
      colour: paint(i),
      fill: paint(i),
      width: 0,
      paths: uPlot.paths.bars({ size: [0.92, 60] }),
    })),
  }));
}

const reasonName = (reasons, id) => `reason ${id + 1}${reasons[id]?.text.endsWith("other reasons") ? " and on" : ""}`;

function reasonTable() {
  const { reasons, total } = DATA.failures;
  return el("div", { class: "scroll" }, el("table", {},
    el("thead", {}, el("tr", {}, el("th", {}, ""), el("th", {}, "requests"), el("th", {}, "share"),
      el("th", { class: "long" }, "why: the last refusal of each zone"))),
    el("tbody", {}, ...reasons.map(({ text, count }, i) => el("tr", {},
      el("th", {}, key(plainColour(i), `reason ${i + 1}`)), el("td", {}, int(count)), el("td", {}, percent(count, total)),
      el("td", { class: "long" }, text))))));
}

function drawFailures() {
  const { total, kernel, rows } = DATA.failures;
  const host = bodyOf("failures");
  if (DATA.head.figures.allocations === 0) {
    host.append(el("p", { class: "plain" }, "The recording has no request."));
    return;
  }
  if (total === 0) {
    host.append(el("p", { class: "plain good" },
      `No request failed: all ${int(DATA.head.figures.allocations)} were served. ` +
      (kernel === 0 ? "The recorded kernel failed none either." : `The recorded kernel failed ${int(kernel)}.`)));
    return;
  }
  host.append(el("p", { class: "plain bad" },
    `${int(total)} of ${int(DATA.head.figures.allocations)} requests failed ` +
    `(${percent(total, DATA.head.figures.allocations)}); in the recorded kernel, on its own machine, ` +
    `${kernel === 0 ? "none did" : `${int(kernel)} did`}.`));
  const place = el("div");
  let shown = null;
  function show(i) {
    shown?.destroy();
    place.replaceChildren();
    shown = failureChart(place, i === 1);
  }
  host.append(choice("Colour by", ["order", "reason"], 0, show), place);
  show(0);
  const table = el("div", {}, reasonTable());
  host.append(table);
  repaints.push(() => table.replaceChildren(reasonTable()));
}
