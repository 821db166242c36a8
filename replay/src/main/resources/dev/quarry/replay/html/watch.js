// The page of a machine that was watched: its head, free memory over time, and the notes.

function drawHead() {
  const { twin, machine, micros } = DATA.head;
  document.getElementById("head").append(
    el("h1", {}, twin),
    el("p", {}, `Linux ${machine.kernel}, ${plural(machine.cpus, "CPU")}, ${plural(machine.nodes, "node")}, ` +
      `${mib(machine.managedPages)} managed; ${plural(DATA.memory.micros.length, "sample")} over ${seconds(micros / 1e6)}`));
}

drawHead();
drawMemory();
listNotes("The files told all that was needed.");
document.documentElement.dataset.drawn = "all";
