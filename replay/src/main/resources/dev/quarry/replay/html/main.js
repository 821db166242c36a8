// Draws every picture; one that fails says so in its place and leaves the others alone.

function drawNotes() {
  const { wrongLines, problems, unknownCpus, notes } = DATA.notes;
  const host = bodyOf("notes");
  const { freesOfStateBefore, freesSkipped, freesOfFailed, stillHeld } = DATA.head.figures;
  const list = (lines) => el("ul", {}, ...lines.map((line) => el("li", {}, line)));
  host.append(list([
    `${plural(freesOfStateBefore, "free")} of blocks that were held when the recording began`,
    `${plural(freesSkipped, "free")} of blocks that nobody was seen to allocate`,
    ...(freesOfFailed > 0 ? [`${plural(freesOfFailed, "free")} of blocks that there was no memory for`] : []),
    `${plural(stillHeld, "block")} of the recording still held at the end`,
    ...(unknownCpus > 0 ? [`${plural(unknownCpus, "event")} of CPUs that the machine does not have were left out`] : []),
  ]));
  if (wrongLines > 0) {
    host.append(el("h3", {}, `${plural(wrongLines, "line")} of the recording were wrong`), list(problems));
  }
  if (notes.length > 0) {
    host.append(el("h3", {}, "On the state before"), list(notes));
  }
}

const PICTURES = {
  head: drawHead,
  memory: drawMemory,
  map: drawMap,
  percpu: drawPerCpu,
  failures: drawFailures,
  flow: drawFlow,
  requests: drawRequests,
  slab: drawSlab,
  notes: drawNotes,
};

const failed = [];
for (const [name, draw] of Object.entries(PICTURES)) {
  try {
    draw();
  } catch (error) {
    failed.push(`${name}: ${error.message}`);
    const place = name === "head" ? document.getElementById("head") : bodyOf(name);
    place.append(el("p", { class: "plain bad" }, `This picture could not be drawn: ${error.message}`));
  }
}
document.documentElement.dataset.drawn = failed.length === 0 ? "all" : failed.join("; ");
