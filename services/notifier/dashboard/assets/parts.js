const SVG = "http://www.w3.org/2000/svg";

function filled(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "on") node.addEventListener(...value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== null) node.setAttribute(name, value);
  }
  // Only nodes and texts: nothing that comes from the data is ever read as HTML.
  node.append(...children.flat().filter((child) => child !== null && child !== ""));
  return node;
}

const h = (tag, attributes = {}, ...children) =>
  filled(document.createElement(tag), attributes, children);
const s = (tag, attributes = {}, ...children) =>
  filled(document.createElementNS(SVG, tag), attributes, children);

const SHAPES = {
  red: () => s("rect", { x: 2, y: 2, width: 12, height: 12, rx: 2 }),
  yellow: () => s("path", { d: "M8 1.5 15 14H1Z", "stroke-linejoin": "round" }),
  green: () => s("circle", { cx: 8, cy: 8, r: 6.5 }),
  grey: () => s("circle", { cx: 8, cy: 8, r: 5.5, fill: "none", "stroke-width": 2, class: "ring" }),
};
const WORDS = { red: "Red", yellow: "Yellow", green: "Green", grey: "Grey" };

/** A light: shape, word and colour. */
const light = (colour) =>
  h("span", { class: `light ${colour}` },
    s("svg", { viewBox: "0 0 16 16", "aria-hidden": "true", focusable: "false" }, SHAPES[colour]()),
    WORDS[colour]);

/** An amount whose cents stand back. */
function amount(cents, className = "amount") {
  const text = money(cents);
  const point = text.lastIndexOf(".");
  if (point < 0) return h("span", { class: className }, text);
  return h("span", { class: className }, text.slice(0, point),
    h("span", { class: "cents" }, text.slice(point)));
}

const link = (place, told, ...children) => h("a", { href: hashOf(place, told) }, ...children);
const name = (text) => h("bdi", {}, text);

/** Offer a text as a file. */
function save(fileName, text) {
  const url = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
  h("a", { href: url, download: fileName }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60000);
}

const download = (label, fileName, columns, rows) =>
  h("button", { type: "button", class: "quiet", "aria-label": `Download ${label} as CSV`,
    on: ["click", () => save(fileName, csv(columns, rows()))] }, "CSV");

const plainCell = (value) => (value && typeof value === "object" ? money(value.cents) : value ?? NONE);

/** The table that says what a chart shows. */
function behind(label, columns, rows) {
  const details = h("details", { class: "behind" }, h("summary", {}, "Show as table"));
  details.addEventListener("toggle", () => {
    if (details.open && !details.querySelector("table")) details.append(plainTable(label, columns, rows()));
  });
  return details;
}

function plainTable(label, columns, rows) {
  const cell = (value, column) => {
    const numeric = value !== null && typeof value === "object";
    const attributes = { class: numeric ? "number" : null };
    return column ? h("td", attributes, plainCell(value)) : h("th", { scope: "row" }, name(plainCell(value)));
  };
  return h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": `${label}, table` },
    h("table", {},
      h("caption", { class: "hidden" }, label),
      h("thead", {}, h("tr", {}, columns.map((each, n) =>
        h("th", { scope: "col", class: n ? "number" : null }, each)))),
      h("tbody", {}, rows.map((row) => h("tr", {}, row.map(cell))))));
}

const slug = (place, told, what) =>
  `cost-${told.days[place.day]}-${what}.csv`;
