// The page of processes that were played: memory over time, faults by kind and area, a table.

const words = (name) => name.replaceAll("_", " ");

function drawHead() {
  const { recording, settings, score, events, processes } = DATA;
  const known = processes.filter((one) => one.space_known).length;
  document.getElementById("head").append(
    el("h1", {}, recording),
    el("p", {}, `${plural(events, "event")}, ${plural(processes.length, "process", "processes")}, ` +
      `${int(known)} of them with a space made in the recording`),
    score ? el("p", {}, `${int(score.within)} of ${plural(score.judged, "process", "processes")} of ` +
      `${score.fewest_faults} faults or more are within ${score.tolerance_percent} % of the kernel's faults; ` +
      `${int(score.predicted)} predicted, ${int(score.actual)} of the kernel's`) : "",
    settings.length > 0 ? el("p", {}, `played with ${settings.join(", ")}`) : "");
}

function drawTime() {
  const host = bodyOf("time");
  const samples = DATA.samples ?? [];
  if (samples.length === 0) {
    host.append(el("p", { class: "plain" }, "Calls alone do not tell which pages were used."));
    return;
  }
  const micros = samples.map((sample) => sample.micros);
  const line = (name, of, colourName, dash) => ({ name, data: samples.map(of), colour: () => colour(colourName), dash });
  const model = samples.map((sample) => sample.resident_pages);
  const most = Math.max(...model);
  chart(picture(host, "Resident pages", "of all processes whose spaces are known",
    `At most ${pages(most)}, at ${seconds(micros[model.indexOf(most)] / 1e6)}.`), overTime(micros, {
    height: 215,
    y: { name: "pages", text: int, range: (_, min, max) => [0, Math.max(max, 1) * 1.04], value: (n) => pages(n) },
    series: [
      line("model", (sample) => sample.resident_pages, "accent"),
      line("kernel", (sample) => sample.kernel_resident_pages, "before", [4, 3]),
    ],
  }));
  const tables = samples.map((sample) => sample.table_bytes / 1024);
  chart(picture(host, "Page tables", "", `At most ${bytes(Math.max(...tables) * 1024)}, the kernel's half included.`),
    overTime(micros, {
      height: 140,
      y: { name: "KiB", text: int, range: (_, min, max) => [0, Math.max(max, 1) * 1.04], value: (n) => bytes(n * 1024) },
      series: [{ name: "page tables", data: tables, colour: () => colour("accent") }],
    }));
}

/** Sums of an object's numbers over all processes with a known space. */
function sums(of) {
  const all = new Map();
  for (const one of DATA.processes.filter((each) => each.space_known && each.faults)) {
    for (const [name, value] of Object.entries(of(one))) {
      all.set(name, (all.get(name) ?? 0) + value);
    }
  }
  return all;
}

function bars(rows) {
  const most = Math.max(1, ...rows.map(([, count]) => count));
  return el("div", { class: "bars" }, ...rows.flatMap(([name, count, of]) => [
    el("span", { class: "key" }, words(name)),
    el("div", { class: "track" }, bar(of ?? "var(--accent)", count, most)),
    el("span", { class: "n" }, int(count)),
  ]));
}

function drawFaults() {
  const host = bodyOf("faults");
  const place = el("div", { class: "two" });
  const left = el("div");
  const right = el("div");
  place.append(left, right);
  host.append(place);
  const kinds = [...sums((one) => one.faults.by_kind)].sort((a, b) => b[1] - a[1]);
  picture(left, "By what was done", "model", kinds.length > 0 ? `Most often: ${words(kinds[0][0])}.` : "No fault.")
    .append(bars(kinds));
  const pick = (key) => sums((one) => Object.fromEntries(
    Object.entries(one.faults.by_area).map(([area, counts]) => [area, counts[key]])));
  const kernel = pick("actual");
  const model = pick("predicted");
  const rows = [...kernel].sort((a, b) => b[1] - a[1])
    .flatMap(([area, count]) => [[area, model.get(area) ?? 0], ["kernel", count, "var(--before)"]]);
  picture(right, "By area", "model, and below it the kernel", rows.length > 0 ? `Most are in: ${words(rows[0][0])}.` : "No fault.")
    .append(bars(rows));
}

const counters = [["MM_ANONPAGES", "anonymous"], ["MM_FILEPAGES", "of files"], ["MM_SHMEMPAGES", "shared"]];

function drawProcesses() {
  const host = bodyOf("processes");
  const shown = DATA.processes.filter((one) => one.space_known);
  if (!DATA.score) {
    host.append(table(["pid", "program", "calls", "ended otherwise", "same address", "mapped", "page tables"],
      shown.map((one) => [String(one.pid), one.program, int(one.calls.played), int(one.calls.ended_otherwise),
        `${one.calls.placed_alike} of ${one.calls.placed_by_kernel}`, pages(one.mapped_pages), bytes(one.table_bytes)])));
    return;
  }
  host.append(table(["pid", "program", "predicted", "kernel", "off", ...counters.map(([, name]) => name), "page tables"],
    shown.filter((one) => one.faults.actual >= DATA.score.fewest_faults).map((one) => [
      String(one.pid), one.program, int(one.faults.predicted), int(one.faults.actual),
      percent(Math.abs(one.faults.predicted - one.faults.actual), one.faults.actual),
      ...counters.map(([counter]) => `${int(one.rss[counter].predicted)} / ${one.rss[counter].actual ?? "?"}`),
      bytes(one.table_bytes)])));
}

drawHead();
drawTime();
drawFaults();
drawProcesses();
drawPressure();
listNotes("The recording told all that was needed.");
document.documentElement.dataset.drawn = "all";
