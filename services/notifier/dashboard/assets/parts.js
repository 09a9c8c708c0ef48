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

const download = (label, file, columns, rows) =>
  h("button", { type: "button", class: "quiet", "aria-label": `Download ${label} as CSV`,
    on: ["click", () => save(file.name, placed(file, columns, rows()))] }, "CSV");

/** Write a table as CSV that says of each row where it is from; a file travels without its page. */
function placed(file, columns, rows) {
  const facts = file.facts.filter(([title]) => !columns.includes(title));
  const titles = facts.map(([title]) => title);
  return csv([...titles, ...columns], rows.map((row) => [...facts.map(([, value]) => value), ...row]));
}

/** What a file of a place is called, and what each of its rows is about. */
function fileOf(place, told, what) {
  const { book } = place;
  const [day, account] = [told.days[place.day], place.account ? book.accounts[place.account][0] : "All"];
  const [ou, service] = [place.ou ? book.ous[place.ou] : "All", place.service ? book.services[place.service] : "All"];
  const narrowed = [ou, service, account].filter((each, n) => n === 0 || each !== "All");
  const plain = (text) => text.replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "").slice(0, 60);
  return {
    name: `cost-${[day, ...narrowed, what, book.currency].map(plain).join("-")}.csv`,
    facts: [["As of", day], ["Currency", book.currency], ["OU", ou], ["Service", service], ["Account id", account]],
  };
}

const plainCell = (value) => (value && typeof value === "object" ? money(value.cents) : value ?? NONE);

/** The table that says what a chart shows. */
function behind(label, columns, rows) {
  const details = h("details", { class: "behind", open: openTables.has(label) }, h("summary", {}, "Show as table"));
  const fill = () => details.open && !details.querySelector("table") && details.append(plainTable(label, columns, rows()));
  details.addEventListener("toggle", () => {
    keepIn(openTables, label, details.open);
    fill();
  });
  fill();
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
