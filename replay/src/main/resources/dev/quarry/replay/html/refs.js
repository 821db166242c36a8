// References of a program: windows, page faults, TLB, and the curve over the size of memory.

function drawHead() {
  const { recording, command, references, kinds } = DATA.head;
  document.getElementById("head").append(
    el("h1", {}, recording),
    el("p", {}, `${command ? `${command}: ` : ""}${references === 0 ? "" : `${plural(references, "reference")}: `}` +
      Object.entries(kinds ?? {}).map(([kind, n]) => `${int(n)} ${kind}`).join(", ")));
}

/** A chart over references, of one window after the other. */
function windowChart(host, name, unit, caption, data, index) {
  const { references } = DATA.windows;
  const body = picture(host, name, unit, caption);
  return chart(body, {
    x: data.map((_, i) => (i + 1) * references),
    height: 210,
    xName: "references",
    xText: int,
    whenText: (at) => `up to reference ${int(at)}`,
    sync: "references",
    y: { name: unit, text: int, range: (_, min, max) => [0, Math.max(max, 1) * 1.05], value: int },
    series: [{ name, data, colour: () => plainColour(index), width: 2 }],
  });
}

function drawWindows() {
  const host = bodyOf("windows");
  if (!DATA.windows) {
    host.append(el("p", { class: "plain" }, "The curve alone was asked for."));
    return;
  }
  const { workingSet, resident, faults, misses, references } = DATA.windows;
  const most = workingSet.reduce((a, b) => Math.max(a, b), 0);
  windowChart(host, "Working set", "pages",
    `Pages that a window of ${int(references)} references touches; the most are ${int(most)} (${pages(most)}).`, workingSet, 0);
  windowChart(host, "In memory", "pages", "Pages that the program has at the end of each window.", resident, 1);
  windowChart(host, "Page faults", "faults", "Page faults in each window.", faults, 2);
  if (DATA.tlb?.sides) {
    windowChart(host, "TLB misses", "misses", "Misses of the last level, instructions and data.", misses, 3);
  }
}

function drawFaults() {
  if (!DATA.faults) {
    document.getElementById("faults").remove();
    return;
  }
  const { columns, rows, total } = DATA.faults;
  bodyOf("faults").append(
    table(["How it ended", ...columns, "all"],
      rows.map(({ name, byKind }) => [name, ...byKind.map(int), int(sum(byKind))])),
    el("p", {}, `${plural(total, "page fault")} in all.`),
    table(["Memory", "pages of 4 KiB", ""],
      Object.entries(DATA.memory).map(([name, n]) => [name, int(n), pages(n)])));
}

function drawTlb() {
  if (!DATA.tlb) {
    document.getElementById("tlb").remove();
    return;
  }
  const { model, pageSize, sides, walks, walkReferences } = DATA.tlb;
  const host = bodyOf("tlb");
  host.append(el("p", {}, `${model}, pages of ${pageSize}`));
  if (!sides) {
    return;
  }
  const levels = sides[0].hits.map((_, i) => `hits of level ${i + 1}`);
  host.append(
    table(["", ...levels, "misses", "of all"], sides.map(({ name, hits, misses }) =>
      [name, ...hits.map(int), int(misses), percent(misses, sum(hits) + misses)])),
    el("p", {}, `${plural(walks, "walk")} read ${plural(walkReferences, "entry", "entries")} of page tables.`));
}

function drawCurve() {
  const host = bodyOf("curve");
  if (!DATA.curve) {
    host.append(el("p", { class: "plain" }, "quarry replay --mrc draws it."));
    return;
  }
  const { pages: sizes, misses, touches, policies } = DATA.curve;
  const ratios = misses.map((n) => n / touches);
  const points = [...new Set(policies.map(({ policy }) => policy))].map((policy, i) => ({
    name: policy,
    data: sizes.map((size) => {
      const at = policies.find((row) => row.policy === policy && row.memory === size);
      return at ? Math.log10(at.misses / touches) : null;
    }),
    all: policies.filter((row) => row.policy === policy).map((row) => Math.log10(row.misses / touches)).at(-1),
    colour: () => colour(["kernel", "type-E"][i % 2]),
    width: 0,
    isPoints: true,
  }));
  const body = picture(host, "Miss ratio", "of all touches of pages",
    `With all ${int(sizes[sizes.length - 1])} pages in memory, only first touches miss. The scale is logarithmic.`);
  chart(body, {
    x: sizes.map((n) => Math.log2(n)),
    height: 300,
    xName: "pages in memory",
    xText: (x) => int(2 ** x),
    whenText: (x) => `with ${plural(2 ** x, "page")}`,
    y: { name: "miss ratio", text: (y) => (10 ** y).toExponential(0), value: (y) => (y === null ? "–" : (10 ** y).toExponential(2)),
      range: (_, min) => [Math.floor(min), 0] },
    series: [{ name: policies.length > 0 ? "LRU" : "misses", data: ratios.map((r) => Math.log10(r)), colour: () => plainColour(0), width: 2 },
      ...points],
  });
  if (policies.length > 0) {
    host.append(
      el("p", {}, "The kernel's two policies, each played in a machine with room for about so many quarters of the pages. " +
        "LRU, the optimum and CLOCK have as many frames as the policy had at its most."),
      table(["policy", "room", "memory", "misses", "LRU", "optimum", "CLOCK", "of LRU", "of the optimum"],
        policies.map((row) => [row.policy, `${row.quarters}/4`, int(row.memory), int(row.misses), int(row.lru),
          int(row.optimum), int(row.clock), digits(row.misses / row.lru), digits(row.misses / row.optimum)])));
  }
}

drawHead();
drawWindows();
drawFaults();
drawTlb();
drawCurve();
drawPressure();
listNotes("Every line of the recording was read.");
document.documentElement.dataset.drawn = "all";
