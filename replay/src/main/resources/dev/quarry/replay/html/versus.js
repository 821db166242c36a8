// Two replays of one recording: their sums, and what they did over time.

function drawHead() {
  const { recording, names } = DATA.head;
  document.getElementById("head").append(
    el("h1", {}, recording),
    ...names.map((name, side) => el("p", { class: "sub" },
      el("span", { class: "swatch", "--of": `var(--${side === 0 ? "replayed" : "kernel"})` }),
      el("b", {}, side === 0 ? "A " : "B "), name)));
}

/** By how much the second has more than the first. */
function change(first, second) {
  return first === 0 ? (second === 0 ? "" : "–") : signed((100 * (second - first)) / first, (x) => `${digits(x)} %`);
}

function drawSums() {
  const rows = [...DATA.rows, ...DATA.pressure.sums];
  bodyOf("sums").append(table(["", "A", "B", "change"], rows.map(({ name, unit, values: [first, second] }) =>
    [unit ? `${name}, ${unit}` : name, int(first), int(second), change(first, second)])));
}

drawHead();
drawSums();
drawPressure();
listNotes("Every line of the recording was read.");
document.documentElement.dataset.drawn = "all";
