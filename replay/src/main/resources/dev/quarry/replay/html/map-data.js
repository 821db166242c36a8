// The cells of a zone's map: what they hold, and where they lie on a sheet of some columns.

const MAP = DATA.map;
const CELL_PAGES = MAP.blockPages * MAP.blocksPerCell;
const MOST_HOLE_CELLS = 64;
const TYPE_NAMES = Object.fromEntries(MAP.types.map(({ letter, type }) => [letter, type]));

function stateOf(state) {
  return { types: state.types, others: unrun(state.others), free: unrun(state.free), listed: unrun(state.listed) };
}

function mapZone(zone) {
  const starts = [];
  const holes = []; // blank cells before a cell
  let end = null;
  for (let i = 0; i < zone.cells.length; i += 2) {
    const start = zone.cells[i];
    holes[starts.length] = end === null ? 0 : Math.min(MOST_HOLE_CELLS, (start - end) / CELL_PAGES);
    for (let n = 0; n < zone.cells[i + 1]; n++) {
      starts.push(start + n * CELL_PAGES);
    }
    end = start + zone.cells[i + 1] * CELL_PAGES;
  }
  return {
    name: zone.name,
    starts,
    holes,
    slots: starts.length + sum(holes.filter((n) => n)),
    usable: unrun(zone.usable),
    before: stateOf(zone.before),
    after: stateOf(zone.after),
    typeChanges: unrun(zone.typeChanges),
  };
}

/** The place of each cell on the sheet, and the cell at each place. */
function slotsOf(zone) {
  const slotOf = [];
  const cellAt = [];
  let slot = 0;
  for (let cell = 0; cell < zone.starts.length; cell++) {
    slot += zone.holes[cell] ?? 0;
    slotOf[cell] = slot;
    cellAt[slot] = cell;
    slot++;
  }
  return { slotOf, cellAt };
}

const address = (pfn) => bytes(pfn * MACHINE.pageBytes);

/** What the pointer's cell holds, in words. */
function cellText(zone, cell) {
  const start = zone.starts[cell];
  const hex = (pfn) => `0x${pfn.toString(16)}`;
  const usable = zone.usable[cell];
  const lines = [el("b", {}, `frames ${hex(start)} to ${hex(start + CELL_PAGES - 1)}`),
    el("span", {}, `${zone.name}, at ${address(start)}`)];
  if (usable === 0) {
    return [...lines, "all reserved"];
  }
  const side = (name, state) => {
    const type = TYPE_NAMES[state.types[cell]];
    const mixed = state.others[cell] > 0 ? ` and ${state.others[cell]} of other types` : "";
    const listed = state.listed[cell] > 0 ? `, ${int(state.listed[cell])} on CPUs’ lists` : "";
    return el("div", {}, `${name}: ${type}${mixed}, ${int(state.free[cell])} pages free${listed}`);
  };
  const change = zone.after.free[cell] - zone.before.free[cell];
  lines.push(side("before", zone.before), side("after", zone.after));
  lines.push(el("span", {}, `of ${int(usable)} usable pages; ` +
    (change === 0 ? "as many free as before" : `${signed(change)} pages free`) +
    (zone.typeChanges[cell] > 0 ? "; migrate type changed" : "")));
  return lines;
}
