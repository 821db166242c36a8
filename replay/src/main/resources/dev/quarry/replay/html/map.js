// The map of the machine's pageblocks: three sheets for each zone, before, after and what changed.

const GUTTER = 54; // for addresses, left of the cells
const TALLEST = 700; // of all zones together
const TALLEST_SMALL = 40; // of a zone of few pageblocks

const tip = document.getElementById("tip");

/** How large a zone's cells are and how many stand in a row, on sheets of a width. */
function layout(slots, allSlots, width) {
  const tallest = Math.max(TALLEST_SMALL, (TALLEST * slots) / allSlots);
  const fits = (size) => Math.ceil(slots / columnsFor(size, width)) * size <= (size > 5 ? 0.6 : 1) * tallest;
  const size = [14, 12, 10, 8, 7, 6, 5, 4].find(fits) ?? 3;
  const columns = columnsFor(size, width);
  return { size, columns, rows: Math.ceil(slots / columns) };
}

function columnsFor(size, width) {
  const fit = Math.max(8, Math.floor((width - GUTTER) / size));
  return fit >= 16 ? fit - (fit % 8) : fit;
}

const mixes = new Map();

/** A colour over the paper, as strong as `share` says, in 32 steps. */
function mixed(name, share) {
  const step = Math.round(Math.min(1, Math.max(0, share)) * 31);
  const id = `${name}${step}`;
  if (!mixes.has(id)) {
    const paper = rgb(colour("paper"));
    const ink = rgb(colour(name));
    const part = 0.2 + (0.8 * step) / 31;
    mixes.set(id, `rgb(${ink.map((c, i) => Math.round(c * part + paper[i] * (1 - part))).join(" ")})`);
  }
  return mixes.get(id);
}

const rgb = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));

const SHEETS = [
  { name: "before", fill: (zone, cell) => byType(zone, zone.before, cell) },
  { name: "after", fill: (zone, cell) => byType(zone, zone.after, cell), ring: true },
  { name: "what changed", fill: byChange, ring: true, keys: [["taken", "fewer free"], ["given", "more free"]] },
];

function byType(zone, state, cell) {
  // A few pages in use are to be seen, too.
  return mixed(`type-${state.types[cell]}`, (1 - state.free[cell] / zone.usable[cell]) ** 0.7);
}

function byChange(zone, cell) {
  const change = zone.after.free[cell] - zone.before.free[cell];
  if (change === 0) {
    return colour("idle");
  }
  return mixed(change < 0 ? "taken" : "given", 0.15 + 0.85 * Math.sqrt(Math.abs(change) / zone.usable[cell]));
}

/** One sheet of one zone. */
function sheet(zone, slots, kind) {
  const canvas = el("canvas");
  const here = el("div", { class: "here", hidden: "" });
  const box = el("div", { class: "sheet" }, canvas, here);
  let form = null;
  function at(cell) {
    const slot = slots.slotOf[cell];
    return [GUTTER + (slot % form.columns) * form.size, Math.floor(slot / form.columns) * form.size + 1];
  }
  return {
    box,
    canvas,
    draw(width, allSlots) {
      form = layout(zone.slots, allSlots, width);
      paint(canvas, zone, slots, kind, form, at);
    },
    cellAt(event) {
      const bounds = canvas.getBoundingClientRect();
      const column = Math.floor((event.clientX - bounds.left - GUTTER) / form.size);
      const row = Math.floor((event.clientY - bounds.top - 1) / form.size);
      return column < 0 || column >= form.columns ? undefined : slots.cellAt[row * form.columns + column];
    },
    mark(cell) {
      here.hidden = cell === undefined;
      if (cell !== undefined) {
        const [x, y] = at(cell);
        const edge = Math.max(9, form.size + 4);
        const middle = (place) => place + form.size / 2 - edge / 2;
        here.style.cssText = `left:${middle(x)}px;top:${middle(y)}px;width:${edge}px;height:${edge}px`;
      }
    },
  };
}

function paint(canvas, zone, slots, kind, form, at) {
  const width = GUTTER + form.columns * form.size + 2;
  const height = Math.max(14, form.rows * form.size + 2);
  const scale = Math.max(2, devicePixelRatio || 1);
  canvas.width = width * scale;
  canvas.height = height * scale;
  canvas.style.width = `${width}px`;
  const pen = canvas.getContext("2d");
  pen.scale(scale, scale);
  const gap = form.size >= 6 ? 1 : form.size >= 4 ? 0.5 : 0;
  const rings = [];
  for (let cell = 0; cell < zone.starts.length; cell++) {
    const [x, y] = at(cell);
    if (zone.usable[cell] === 0) {
      continue;
    }
    pen.fillStyle = kind.fill(zone, cell);
    pen.fillRect(x, y, form.size - gap, form.size - gap);
    if (kind.ring && zone.typeChanges[cell] > 0) {
      rings.push([x, y]);
    }
  }
  pen.strokeStyle = colour("ink");
  pen.lineWidth = form.size >= 6 ? 2 : 1.5;
  rings.forEach(([x, y]) => pen.strokeRect(x - 0.5, y - 0.5, form.size - gap + 1, form.size - gap + 1));
  addresses(pen, zone, slots, form);
}

/** The address of a row's first cell, every few rows. */
function addresses(pen, zone, slots, form) {
  pen.font = "10.5px system-ui, 'Liberation Sans', sans-serif";
  pen.fillStyle = colour("muted");
  pen.textAlign = "right";
  pen.textBaseline = "middle";
  const every = Math.max(1, Math.ceil(64 / form.size));
  for (let row = 0; row < form.rows; row += every) {
    const cell = slots.cellAt[row * form.columns];
    if (cell !== undefined) {
      pen.fillText(address(zone.starts[cell]), GUTTER - 7, Math.max(7, row * form.size + form.size / 2 + 1));
    }
  }
}

function zoneMap(zone) {
  const slots = slotsOf(zone);
  const sheets = SHEETS.map((kind) => sheet(zone, slots, kind));
  const point = (cell, event) => {
    sheets.forEach((one) => one.mark(cell));
    tip.hidden = cell === undefined;
    if (cell !== undefined) {
      tip.replaceChildren(...cellText(zone, cell));
      const left = Math.min(event.clientX + 16, innerWidth - tip.offsetWidth - 8);
      const below = event.clientY + 18;
      const top = below + tip.offsetHeight > innerHeight ? event.clientY - tip.offsetHeight - 14 : below;
      tip.style.transform = `translate(${Math.max(8, left)}px, ${top}px)`;
    }
  };
  sheets.forEach((one) => {
    one.canvas.addEventListener("pointermove", (event) => point(one.cellAt(event), event));
    one.canvas.addEventListener("pointerdown", (event) => point(one.cellAt(event), event));
    one.canvas.addEventListener("pointerleave", () => point(undefined));
  });
  const blocks = plural(zone.starts.length * MAP.blocksPerCell, "pageblock");
  const element = el("div", { class: "zone" },
    el("p", { class: "name" }, zone.name, el("span", {},
      ` from ${address(zone.starts[0])}, ${MAP.blocksPerCell > 1 ? "about " : ""}${blocks}`)),
    el("div", { class: "maps" }, ...SHEETS.map((kind, i) => el("div", {}, sheetName(kind), sheets[i].box))));
  return { element, sheets };
}

function sheetName({ name, keys = [] }) {
  return el("h4", {}, name, ...keys.map(([of, text]) => key(`var(--${of})`, text)));
}

function mapLegend() {
  return el("div", { class: "chips keys" },
    ...MAP.types.map(({ letter, type }) => key(`var(--type-${letter})`, type)),
    key("var(--ink)", "migrate type changed", "ring"));
}

function mapCaption() {
  const { typeChanged, fullerBlocks, takenPages, emptierBlocks, givenPages } = MAP.changes;
  const cell = MAP.blocksPerCell === 1
    ? `one pageblock (${pages(MAP.blockPages)})`
    : `${int(MAP.blocksPerCell)} pageblocks (${pages(CELL_PAGES)})`;
  return `One cell is ${cell}. ${plural(fullerBlocks, "pageblock")} lost free pages (${pages(takenPages)}), ` +
    `${int(emptierBlocks)} gained some (${pages(givenPages)}); ` +
    `the migrate type of ${typeChanged === 0 ? "none" : int(typeChanged)} changed.`;
}

function typeTable() {
  const row = ({ letter, type, before, after }) => [
    key(`var(--type-${letter})`, type),
    int(before.blocks), int(after.blocks), signed(after.blocks - before.blocks),
    percent(before.freePages, before.usablePages), percent(after.freePages, after.usablePages),
  ];
  return table(["Migrate type", "pageblocks before", "after", "change", "free before", "free after"],
    MAP.types.map(row));
}

function drawMap() {
  const host = bodyOf("map");
  const zones = MAP.zones.map(mapZone);
  const maps = zones.map(zoneMap);
  const slots = sum(zones.map((zone) => zone.slots));
  const pick = (i) => { body.dataset.sheet = i; };
  const body = el("figure", { "data-sheet": "0" }, mapLegend(),
    el("div", { class: "narrow" }, choice("Show", SHEETS.map(({ name }) => name), 0, pick)), ...maps.map((one) => one.element), el("figcaption", {}, mapCaption()));
  host.append(body, typeTable());
  let width = 0;
  function draw() {
    mixes.clear();
    maps.forEach(({ sheets }) => sheets.forEach((one) => one.draw(width, slots)));
  }
  const measure = () => {
    const room = Math.max(...maps[0].sheets.map(({ box }) => box.clientWidth));
    if (room > 0 && room !== width && !document.documentElement.dataset.print) {
      width = room;
      draw();
    }
  };
  measure();
  new ResizeObserver(measure).observe(body);
  repaints.push(draw);
}
