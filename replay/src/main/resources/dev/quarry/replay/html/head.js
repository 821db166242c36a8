// The head: what was replayed, and the figures that sum it up.

function figure(what, much, more, kind = "") {
  return el("li", { class: kind },
    el("span", { class: "what" }, what), el("span", { class: "much" }, much), el("span", { class: "more" }, more));
}

function failureFigure() {
  const { failures, recordedFailures, allocations } = DATA.head.figures;
  const kernel = `the kernel: ${int(recordedFailures)}`;
  return failures === 0
    ? figure("Requests that failed", "0", kernel, "good")
    : figure("Requests that failed", int(failures), `${percent(failures, allocations)} of all; ${kernel}`, "bad");
}

function scoreFigures(scores) {
  if (!scores) {
    return [figure("Against the kernel", "not scored",
      DATA.head.settings.length > 0 ? "this is not the recorded machine" : "there is nothing to compare with")];
  }
  const exact = scores.exactFrames;
  const list = [figure("Exact frames", percent(exact.same, exact.of),
    `${int(exact.same)} of ${int(exact.of)}; told nothing: ${percent(exact.untoldSame, exact.of)}`)];
  const score = (what, ratio) => figure(what, ratio.score === null ? "–" : ratio.score.toFixed(3),
    `missed ${int(ratio.misses)} of ${int(ratio.changes)} changed`);
  if (scores.freeBlocks) {
    list.push(score("Free-page score", scores.freePages));
    list.push(score("Free-block score", scores.freeBlocks));
  }
  return list;
}

/** The least that was free at any time, in all zones. */
function leastFreeFigure() {
  const { micros, zones } = DATA.memory;
  if (micros.length === 0) {
    return null;
  }
  const total = totals(pagesByOrder(zones[0]));
  const least = total.indexOf(Math.min(...total));
  return figure("Least free memory", mib(total[least]),
    `at ${seconds(micros[least] / 1e6)}; at the end ${mib(total.at(-1))}`);
}

function drawHead() {
  const { recording, command, settings, micros, figures, scores } = DATA.head;
  document.title = `${recording} – Quarry replay`;
  const about = [
    `Linux ${MACHINE.kernel}`,
    plural(MACHINE.cpus, "CPU"),
    plural(MACHINE.nodes, "node"),
    `${pages(MACHINE.managedPages)} managed`,
    `${seconds(micros / 1e6)} recorded`,
  ];
  document.getElementById("head").append(
    el("h1", {}, el("bdi", {}, recording)),
    el("p", { class: "sub" }, about.join(" · "), command ? " · " : null,
      command ? el("bdi", {}, command) : null),
    el("p", { class: "sub" }, settings.length === 0
      ? "Played on the machine that was recorded."
      : "Played on another machine than was recorded: ", settings.length === 0 ? null : el("b", {}, settings.join(", "))),
    el("ul", { class: "figures" },
      figure("Requests", int(figures.allocations), `${int(figures.frees)} frees`),
      failureFigure(),
      leastFreeFigure(),
      ...scoreFigures(scores)));
}
