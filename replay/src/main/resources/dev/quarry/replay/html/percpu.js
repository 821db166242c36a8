// Per-CPU lists: how long they are over time, under their high.

function listsChart(host, micros, zone) {
  const lists = zone.cpus.map(({ cpu, count, high }) => ({ cpu, count: unrun(count), high: unrun(high) }));
  const longest = lists.reduce((a, b) => (Math.max(...b.count) > Math.max(...a.count) ? b : a));
  const most = Math.max(...longest.count);
  const shown = zone.used > lists.length ? `The ${lists.length} longest of ${int(zone.used)} lists. ` : "";
  const body = picture(host, `Pages on the lists in zone ${zone.name}`, "solid: pages, dashed: high",
    `${shown}The longest were CPU ${longest.cpu}’s with ${plural(most, "page")} (${pages(most)}); ` +
    `where a solid line reaches its dashed one, the CPU drains.`);
  const few = lists.length <= 8;
  return chart(body, overTime(micros, {
    height: 270,
    y: { name: "pages", text: int, range: (_, min, max) => [0, Math.max(max, 1) * 1.05], value: int },
    series: [
      ...lists.map(({ cpu, count }, i) => ({ name: `CPU ${cpu}`, data: count, colour: () => plainColour(i), width: 2 })),
      ...lists.map(({ cpu, high }, i) => ({
        name: `high of CPU ${cpu}`, data: high, colour: () => plainColour(i), dash: [5, 4], width: 1.25, unnamed: !few,
      })),
    ],
  }));
}

function listEnds(host) {
  const { ends } = DATA.perCpu;
  if (ends.length === 0) {
    return;
  }
  host.append(table(["Pages at the end, all zones", "replayed", "the kernel", "difference"], ends.map((end) => [
    `CPU ${end.cpu}`, int(end.replayed),
    end.kernel === undefined ? "not recorded" : int(end.kernel),
    end.kernel === undefined ? "–" : signed(end.replayed - end.kernel),
  ])));
}

function drawPerCpu() {
  const { micros, zones } = DATA.perCpu;
  const host = bodyOf("percpu");
  if (zones.length === 0) {
    host.append(el("p", { class: "plain" }, micros.length === 0
      ? "The recording has no request." : "No CPU’s list held a page during the recording."));
    return;
  }
  const most = (zone) => Math.max(...zone.cpus.map(({ count }) => Math.max(...unrun(count))));
  const start = zones.reduce((best, zone, i) => (most(zone) > most(zones[best]) ? i : best), 0);
  const place = el("div");
  let shown = null;
  function show(i) {
    shown?.destroy();
    place.replaceChildren();
    shown = listsChart(place, micros, zones[i]);
  }
  if (zones.length > 1) {
    host.append(choice("Zone", zones.map((zone) => zone.name), start, show));
  }
  host.append(place);
  show(start);
  listEnds(host);
}
