// Free memory over time: how much, what changed, and how much of it is in pieces.

const MIB = 2 ** 20;

/** Free pages of each order over time. */
function pagesByOrder(zone) {
  return zone.blocks.map((runs, order) => unrun(runs).map((blocks) => blocks * 2 ** order));
}

function totals(byOrder) {
  return byOrder[0].map((_, i) => sum(byOrder.map((values) => values[i])));
}

const mibOf = (n) => (n * MACHINE.pageBytes) / MIB;

/** Each order's pages on top of those of the larger orders that are shown, in MiB. */
function stacked(byOrder, shown) {
  const sums = [];
  let below = byOrder[0].map(() => 0);
  for (let order = byOrder.length - 1; order >= 0; order--) {
    below = below.map((value, i) => value + (shown[order] ? mibOf(byOrder[order][i]) : 0));
    sums[order] = below;
  }
  return sums;
}

function amounts(host, micros, byOrder) {
  const total = totals(byOrder);
  const least = total.indexOf(Math.min(...total));
  const body = picture(host, "Free memory", "in MiB, stacked: the largest blocks below, single pages on top; a click leaves an order out",
    `Free memory went from ${mib(total[0])} to ${mib(total.at(-1))}; the least was ${mib(total[least])} at ${seconds(micros[least] / 1e6)}.`);
  const shown = byOrder.map(() => true);
  const sums = stacked(byOrder, shown);
  return chart(body, overTime(micros, {
    height: 215,
    toggle(plot, order, on) {
      shown[order] = on;
      plot.setSeries(order + 1, { show: on });
      plot.setData([plot.data[0], ...stacked(byOrder, shown)]);
    },
    points: false,
    y: { name: "MiB", text: digits, range: (_, min, max) => [0, Math.max(max, 1) * 1.04],
      value: (n) => pages(n) },
    series: byOrder.map((values, order) => ({
      name: `order ${order}`,
      data: sums[order],
      shown: values,
      colour: () => orderColour(order),
      stroke: () => colour("paper"),
      fill: () => orderColour(order),
      width: 0.5,
    })),
  }));
}

function changes(host, micros, byOrder) {
  const delta = byOrder.map((values) => values.map((value) => value - values[0]));
  const total = totals(delta);
  const moved = delta.map((values, order) => ({ values, order }))
    .filter(({ values }) => values.some((value) => value !== 0));
  if (moved.length === 0) {
    host.append(el("p", { class: "plain" }, "No free block of this zone changed during the recording."));
    return null;
  }
  const most = moved.reduce((a, b) => (Math.abs(b.values.at(-1)) > Math.abs(a.values.at(-1)) ? b : a));
  const body = picture(host, "What changed since the start", "in MiB, by order",
    `At the end ${pages(Math.abs(total.at(-1)))} ${total.at(-1) <= 0 ? "less" : "more"} is free than at the start; ` +
    `order ${most.order} changed most (${signed(most.values.at(-1), pages)}).`);
  return chart(body, overTime(micros, {
    height: 230,
    y: { name: "MiB", text: (n) => (n === 0 ? "0" : signed(n, digits)),
      value: (n) => (Math.abs(n) < 0.005 ? "±0" : signed(n, digits)) },
    series: [
      ...moved.map(({ values, order }) => ({
        name: `order ${order}`, data: values.map(mibOf), colour: () => orderColour(order),
      })),
      { name: "all orders", data: total.map(mibOf), colour: () => colour("ink"), width: 2.5 },
    ],
  }));
}

function unusable(host, micros, zone) {
  const byOrder = zone.unusablePermille.map(unrun);
  const huge = MACHINE.pageblockOrder;
  const text = (permille) => `${digits(permille / 10)} %`;
  const body = picture(host, "Unusable free space index", "in % of free memory, by order",
    `A request of order ${huge}, a pageblock of ${pages(2 ** huge)}, could not use ${text(byOrder[huge][0])} of the free memory ` +
    `at the start and ${text(byOrder[huge].at(-1))} at the end: it lies in smaller blocks.`);
  return chart(body, overTime(micros, {
    height: 230,
    y: { name: "%", text: digits, range: (_, min, max) => [0, Math.min(100, Math.max(max * 1.1, 1))],
      value: (n) => `${digits(n)} %` },
    series: byOrder.slice(1).map((values, i) => ({
      name: `order ${i + 1}`,
      data: values.map((permille) => permille / 10),
      colour: () => orderColour(i + 1),
      width: i + 1 === huge ? 2.5 : 1.25,
    })),
  }));
}

function drawMemory() {
  const { micros, zones } = DATA.memory;
  const host = bodyOf("memory");
  if (micros.length === 0) {
    host.append(el("p", { class: "plain" }, "The recording has no request."));
    return;
  }
  const place = el("div");
  let charts = [];
  function show(i) {
    charts.forEach((one) => one?.destroy());
    place.replaceChildren();
    const byOrder = pagesByOrder(zones[i]);
    charts = [amounts(place, micros, byOrder), changes(place, micros, byOrder), unusable(place, micros, zones[i])];
  }
  if (zones.length > 1) {
    host.append(choice("Zone", zones.map((zone) => zone.name), 0, show));
  }
  host.append(place);
  show(0);
}
