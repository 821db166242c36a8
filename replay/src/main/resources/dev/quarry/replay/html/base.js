// What all pictures use: the data, elements, numbers and colours.

const DATA = JSON.parse(document.getElementById("data").textContent);
const MACHINE = DATA.head.machine;

/** An element. Children are elements or texts: text from a recording never becomes markup. */
function el(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null) {
      continue;
    } else if (name.startsWith("--")) {
      element.style.setProperty(name, value);
    } else if (name === "onclick") {
      element.addEventListener("click", value);
    } else {
      element.setAttribute(name, value);
    }
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** The place in the page where a section's pictures go. */
function bodyOf(section) {
  return document.querySelector(`#${section} .body`);
}

/** The notes, or what is said if there are none. */
function listNotes(none) {
  bodyOf("notes").append(DATA.notes.length === 0
    ? el("p", { class: "plain" }, none)
    : el("ul", {}, ...DATA.notes.map((line) => el("li", {}, line))));
}

/** [7,3, 0,1] is 7 7 7 0. */
function unrun(runs) {
  const values = [];
  for (let i = 0; i < runs.length; i += 2) {
    for (let n = runs[i + 1]; n > 0; n--) {
      values.push(runs[i]);
    }
  }
  return values;
}

const sum = (values) => values.reduce((all, value) => all + value, 0);

const int = (n) => Math.round(n).toLocaleString("en-US");

const signed = (n, format = int) => (n > 0 ? "+" : n < 0 ? "−" : "±") + format(Math.abs(n));

/** Three digits that count. */
function digits(x) {
  const size = Math.abs(x);
  return x.toLocaleString("en-US", {
    maximumFractionDigits: size >= 100 ? 0 : size >= 10 ? 1 : 2,
  });
}

function bytes(n) {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let unit = 0;
  let x = Math.abs(n);
  while (x >= 1024 && unit < units.length - 1) {
    x /= 1024;
    unit++;
  }
  return `${n < 0 ? "−" : ""}${digits(x)} ${units[unit]}`;
}

const pages = (n) => bytes(n * MACHINE.pageBytes);

/** MiB, without a fraction where there are many; GiB where they are very many. */
function mib(n) {
  const x = (n * MACHINE.pageBytes) / 2 ** 20;
  if (x >= 1e5) {
    return `${(x / 1024).toLocaleString("en-US", { maximumFractionDigits: 1 })} GiB`;
  }
  return `${Math.abs(x) >= 100 ? int(x) : digits(x)} MiB`;
}

/** A share that reads 100 % or 0 % only where it is. */
function percent(part, whole) {
  if (whole === 0) {
    return "–";
  }
  const share = (100 * part) / whole;
  if (share > 99 && share < 100) {
    return `${(Math.floor(share * 100) / 100).toFixed(2)} %`;
  }
  return share > 0 && share < 0.01 ? "< 0.01 %" : `${digits(share)} %`;
}

const seconds = (x) => `${x.toFixed(x < 10 ? 2 : 1)} s`;

const plural = (n, one, many = `${one}s`) => `${int(n)} ${n === 1 ? one : many}`;

/** A colour of the style sheet, as it is in the scheme in use. */
function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

// From single pages, which are what fragmentation leaves, to the largest blocks.
const ORDER_COLOURS = [
  ["#df6a59", "#cd6f0e", "#b78200", "#8a8c00", "#4d9230", "#008e64", "#008683", "#007091", "#005da8", "#3b47a5", "#5b3291"],
  ["#f68675", "#e68c43", "#d2a027", "#a8ab31", "#70b258", "#3faf86", "#00a9a5", "#0094b5", "#2185cd", "#5f71cc", "#825eb9"],
];

function orderColour(order) {
  const colours = ORDER_COLOURS[Number(colour("dark"))];
  const last = colours.length - 1;
  return colours[Math.min(last, Math.round((order * last) / Math.max(1, MACHINE.maxOrder)))];
}

/** Colours for things without an order of their own, such as CPUs. */
function plainColour(index) {
  return orderColour(Math.round(((index * 7 + 9) % 11) * MACHINE.maxOrder / 10));
}

const orderName = (order) => `order ${order} (${pages(2 ** order)})`;

/** A row of buttons of which one is pressed. */
function choice(label, names, pressed, pick) {
  const buttons = names.map((name, i) =>
    el("button", { type: "button", "aria-pressed": String(i === pressed), onclick: () => press(i) }, name));
  function press(i) {
    buttons.forEach((button, k) => button.setAttribute("aria-pressed", String(i === k)));
    pick(i);
  }
  return el("div", { class: "control" }, label, el("div", { class: "choice", role: "group", "aria-label": label }, ...buttons));
}

/** A table; the first cell of each row heads it. */
function table(head, rows, caption) {
  const cell = (tag, content, i) => el(tag, i === 0 ? { scope: tag === "th" ? "row" : null } : {}, content);
  return el("div", { class: "scroll" },
    el("table", {},
      caption ? el("caption", {}, caption) : null,
      el("thead", {}, el("tr", {}, ...head.map((text) => el("th", { scope: "col" }, text)))),
      el("tbody", {}, ...rows.map((row) =>
        el("tr", {}, ...row.map((content, i) => cell(i === 0 ? "th" : "td", content, i)))))));
}

/** A bar as long as its part of the whole. */
function bar(of, part, whole) {
  return el("div", { class: "bar", "--of": of, "--w": part === 0 ? "0" : `max(1px, ${(100 * part) / whole}%)` });
}

/** A name with its colour before it. */
function key(of, name, kind = "") {
  return el("span", { class: "key" }, el("span", { class: `swatch ${kind}`, "--of": of }), name);
}
