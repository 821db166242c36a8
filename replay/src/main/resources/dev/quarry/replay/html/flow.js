// What the replay predicted, beside what the recorded kernel did.

/** One thing in two bars. */
function pair(name, replayed, kernel, unit) {
  const most = Math.max(replayed, kernel, 1);
  const line = (of, label, n, more) => [
    el("span", { class: "key" }, label),
    el("div", { class: "track" }, bar(of, n, most)),
    el("span", { class: "n" }, `${int(n)} `, el("i", {}, more)),
  ];
  const off = kernel === 0 ? "" : ` (${signed((100 * (replayed - kernel)) / kernel, digits)} %)`;
  return [
    el("b", { style: "grid-column: 1 / -1" }, name),
    ...line("var(--replayed)", "replayed", replayed, unit + off),
    ...line("var(--kernel)", "the kernel", kernel, unit),
    el("span", { class: "gap" }),
  ];
}

function flowPicture(host) {
  const { replayed, kernel } = DATA.flow;
  if (!kernel) {
    host.append(table(["Flow", "replayed"], [
      ["taken from zones", `${int(replayed.refillPages)} pages`],
      ["drained back", `${int(replayed.drainPages)} pages`],
      ["fallbacks", int(replayed.fallbacks)],
    ]));
    return;
  }
  picture(host, "Flow", "in pages; fallbacks in requests",
    "What moved between the zones’ lists and the CPUs’, replayed and real: bars of equal length mean a right prediction.")
    .append(el("div", { class: "bars" },
      ...pair("taken from zones", replayed.refillPages, kernel.refillPages, "pages"),
      ...pair("drained back", replayed.drainPages, kernel.drainPages, "pages"),
      ...pair("fallbacks", replayed.fallbacks, kernel.fallbacks, "")));
}

const inMib = (count, order) => mibOf(count * 2 ** order);

function blockBars(host, zone, weighed) {
  const kinds = [["before", zone.before], ["replayed", zone.replayed], ["kernel", zone.kernel]].filter(([, values]) => values);
  const n = zone.before.length;
  const share = 0.8 / kinds.length;
  const caption = zone.kernel
    ? `Where the second and the third bar are as high, the replay is right; in zone ${zone.name} it is off by ` +
      `${plural(distance(zone.replayed, zone.kernel), "block")} in all.`
    : `${plural(distance(zone.replayed, zone.before), "block")} of zone ${zone.name} came or went.`;
  const body = picture(host, "Free blocks at the end", weighed ? "in MiB, by order" : "in blocks, by order", caption);
  const orders = zone.before.map((_, order) => order);
  return chart(body, {
    x: orders,
    height: 250,
    fixed: true,
    points: false,
    xName: "order",
    xText: String,
    xRange: () => [-0.5, n - 0.5],
    xSplits: () => orders,
    atRest: `order ${n - 1}`,
    whenText: (order) => `order ${order}`,
    y: { name: weighed ? "MiB" : "blocks", text: digits, value: weighed ? (n) => `${digits(n)} MiB` : int,
      range: (_, min, max) => [0, Math.max(1, max) * 1.05] },
    series: kinds.map(([kind, values], k) => ({
      name: kind === "kernel" ? "the kernel" : kind,
      data: weighed ? values.map(inMib) : values,
      colour: () => colour(kind),
      fill: () => colour(kind),
      width: 0,
      paths: uPlot.paths.bars({ disp: {
        x0: { unit: 2, values: () => orders.map((i) => (i + 0.1 + k * share) / n) },
        size: { unit: 2, values: () => orders.map(() => (share * 0.94) / n) },
      } }),
    })),
  });
}

const distance = (counts, others) => sum(counts.map((count, i) => Math.abs(count - others[i])));

function blockTable(zone) {
  const rows = [["before", zone.before], ["replayed", zone.replayed], ["the kernel", zone.kernel]]
    .filter(([, values]) => values).map(([name, values]) => [name, ...values.map(int)]);
  if (zone.kernel) {
    rows.push(["off by", ...zone.kernel.map((count, i) => (zone.replayed[i] === count ? "0" : signed(zone.replayed[i] - count)))]);
  }
  return table(["order", ...zone.before.map((_, order) => String(order))], rows);
}

function zoneTable() {
  return table(["Zone", "allocated", "from CPU lists", "splits", "merges", "refill", "drain", "fallbacks"],
    DATA.flow.zones.map((zone) => [zone.name, int(zone.allocatedPages), int(zone.fromCpuLists), int(zone.splits),
      int(zone.merges), int(zone.refillPages), int(zone.drainPages), int(zone.fallbacks)]));
}

function drawFlow() {
  const host = bodyOf("flow");
  const zones = DATA.blocks;
  host.append(el("p", {}, DATA.flow.kernel
    ? "The replay saw the requests alone. What the zones’ lists did about them is its prediction; what the recorded kernel did is beside it."
    : "The recorded kernel ran on another machine, so that nothing stands beside what this one did."));
  flowPicture(host);
  const moved = (zone) => distance(zone.replayed, zone.before);
  const start = zones.reduce((best, zone, i) => (moved(zone) > moved(zones[best]) ? i : best), 0);
  const place = el("div");
  let picked = start;
  let weighed = false;
  let shown = null;
  function show() {
    shown?.destroy();
    place.replaceChildren();
    shown = blockBars(place, zones[picked], weighed);
    place.append(blockTable(zones[picked]));
  }
  const controls = el("div", { class: "controls" });
  if (zones.length > 1) {
    controls.append(choice("Zone", zones.map((zone) => zone.name), start, (i) => { picked = i; show(); }));
  }
  controls.append(choice("in", ["blocks", "MiB"], 0, (i) => { weighed = i === 1; show(); }));
  host.append(controls, place);
  show();
  host.append(el("h3", {}, "By zone, in pages; splits, merges and fallbacks in blocks"), zoneTable());
}
