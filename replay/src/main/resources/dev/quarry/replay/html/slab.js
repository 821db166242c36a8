// Objects: bytes over time, the busiest caches, waste inside objects, other geometries.

function objectsChart(host, { micros, requested, allocated, slabPages, pageBytes }) {
  const mibs = (values, scale) => unrun(values).map((n) => (n * scale) / (1 << 20));
  const body = picture(host, "Objects of the recording, and all slabs", "MiB",
    "What was asked for, what was given for it, and the pages of all slabs, those from before too.");
  const line = (name, data, i, dash) => ({ name, data, colour: () => plainColour(i), width: 2, dash });
  chart(body, overTime(micros, {
    height: 230,
    y: { name: "MiB", text: int, range: (_, min, max) => [0, Math.max(max, 1) * 1.05], value: (n) => n.toFixed(1) },
    series: [
      line("asked for", mibs(requested, 1), 0),
      line("in objects", mibs(allocated, 1), 1, [5, 4]),
      line("slabs", mibs(slabPages, pageBytes), 2),
    ],
  }));
}

function drawSlab() {
  const data = DATA.slab;
  const host = bodyOf("slab");
  if (data.events === undefined) {
    host.append(el("p", { class: "plain" }, "The recording has no slab events, or they were not played."));
    return;
  }
  objectsChart(host, data);
  host.append(table(["The busiest caches", "bytes", "allocated", "freed", "in use at the end", "slabs"],
    data.caches.map((c) => [c.name, int(c.bytes), int(c.allocations), int(c.frees), int(c.inUse), int(c.slabs)])));
  host.append(table(["Waste inside objects, by call site", "requests", "asked for", "given", "wasted"],
    data.waste.map((w) => [w.site, int(w.requests), bytes(w.asked), bytes(w.got), bytes(w.got - w.asked)])));
  host.append(table(["Its kmalloc requests under", "most held", "of it wasted"],
    data.geometries.map((g) => [g.name, bytes(g.most), `${(100 * g.waste).toFixed(1)} %`])));
}
