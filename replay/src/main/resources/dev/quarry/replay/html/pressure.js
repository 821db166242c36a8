// Pressure on memory over time: charts of one replay, or of two that stand side by side.

/** The colours of lines: of two replays, or of what one replay counts. */
const SIDES = [() => colour("replayed"), () => colour("kernel")];
const LINES = [() => colour("accent"), () => colour("type-U"), () => colour("type-E"), () => colour("type-H")];
const MARKS = [() => colour("given"), () => colour("kernel"), () => colour("taken")];

/** One chart; what its lines are worth is told in bytes too where there is room. */
function pressureChart(host, { name, unit, caption, lines }, axis, isVersus) {
  const ends = axis.isTime ? axis.ends.map((micros) => micros / 1e6) : axis.ends;
  const value = unit === "pages" && lines.length > 2 ? int : unit === "pages" ? (n) => `${int(n)} (${pages(n)})` : (n) => `${int(n)} ${unit}`;
  let marks = 0;
  let counts = 0;
  const series = lines.map(({ name: line, kind, side, data }) => {
    const isMark = kind === "mark";
    const of = isMark ? MARKS[marks++ % MARKS.length] : isVersus ? SIDES[side] : LINES[counts++ % LINES.length];
    return { name: line, data, colour: of, width: isMark ? 1 : 1.8, dash: isMark ? [5, 4] : undefined };
  });
  chart(picture(host, name, unit, caption), {
    x: ends,
    height: 170,
    xName: axis.name,
    xText: axis.isTime ? (t) => String(Math.round(t * 1e6) / 1e6) : int,
    whenText: axis.isTime ? (t) => `at ${seconds(t)}` : (n) => `up to ${int(n)}`,
    sync: "pressure",
    y: { name: unit, text: int, range: (_, min, max) => [0, Math.max(max, 1) * 1.05], value },
    series,
  });
}

function drawPressure() {
  const section = document.getElementById("pressure");
  if (!DATA.pressure) {
    section.remove();
    return;
  }
  section.hidden = false;
  const { charts, axis, sides, sums } = DATA.pressure;
  const isVersus = sides.length === 2;
  const host = bodyOf("pressure");
  if (!isVersus) {
    host.append(
      el("p", {}, `On a machine with ${sides[0].join(", ")}.`),
      table(["", "in all"], sums.map(({ name, unit, values }) => [name, `${int(values[0])} ${unit}`])));
  }
  if (axis.ends.length === 0) {
    host.append(el("p", { class: "plain" }, "Nothing was played."));
    return;
  }
  const place = el("div", { class: "two" });
  host.append(place);
  const shown = charts.filter(({ lines }) => lines.some(({ data }) => data.some((n) => n !== 0)));
  shown.forEach((one) => pressureChart(place.appendChild(el("div")), one, axis, isVersus));
}
