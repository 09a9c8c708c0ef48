const SPECS = JSON.parse(document.getElementById("charts").textContent);
const colour = (variable) =>
  getComputedStyle(document.documentElement).getPropertyValue(`--${variable}`).trim();
const inCents = (cents) => (cents === null ? null : { cents });
const drawn = (cents) => (cents === null ? null : cents / 100);

const TICKS = 4;
const FEW_DAYS = 62;
const UNITS = [["1e9", "B"], ["1e6", "M"], ["1e3", "k"]];
/** Amounts on an axis, `1.5M`, `20k`, `0.25`: Vega's own short form says `250m` for the last. */
const AMOUNT_LABEL = UNITS.map(([size, unit]) =>
  `abs(datum.value) >= ${size} ? format(datum.value / ${size}, ',.2~f') + '${unit}' : `).join("")
  + "format(datum.value, ',.6~f')";

function look() {
  const font = getComputedStyle(document.body).fontFamily;
  const [muted, line, actual] = ["muted", "line", "actual"].map(colour);
  const [estimate, budget, accent] = ["estimate", "budget", "accent"].map(colour);
  return {
    background: null, font, aria: false, view: { stroke: null }, padding: { top: 6, bottom: 2, left: 0, right: 4 },
    axis: {
      labelColor: muted, labelFontSize: 12, labelPadding: 7, domainColor: line, gridColor: line,
      tickColor: line, domain: false,
    },
    axisX: { domain: true, grid: false },
    axisY: { ticks: false, tickCount: TICKS, labelExpr: AMOUNT_LABEL, grid: true },
    style: {
      actual: { color: actual, cornerRadiusEnd: 2 },
      estimate: { color: estimate, cornerRadiusEnd: 2 },
      day: { color: actual, cornerRadiusEnd: 2, opacity: 0.5 },
      picked: { color: accent, cornerRadiusEnd: 2 },
      interval: { color: colour("ink"), strokeWidth: 1.5 },
      budget: { color: budget, strokeWidth: 2, opacity: 1 },
      now: { color: actual, strokeWidth: 2.5, strokeCap: "round" },
      past: { color: muted, strokeWidth: 1.5, opacity: 0.6 },
      ahead: { color: actual, strokeWidth: 1.75, strokeDash: [3, 4] },
      band: { color: estimate, opacity: 0.55 },
      latest: { color: actual, size: 80, filled: true, opacity: 1 },
      restated: { shape: "diamond", color: budget, size: 60, filled: true, opacity: 1 },
      touch: { color: "#000", opacity: 0 },
    },
  };
}

function showTip(_handler, event, _item, value) {
  const tip = document.getElementById("tip");
  tip.hidden = value === null || value === undefined || value === "";
  if (tip.hidden) return;
  tip.replaceChildren(...String(value).split("\n").map((each) => h("div", {}, each)));
  const [width, height] = [tip.offsetWidth, tip.offsetHeight];
  tip.style.left = `${Math.max(8, Math.min(event.clientX + 14, innerWidth - width - 8))}px`;
  tip.style.top = `${Math.max(8, event.clientY - height - 14)}px`;
}

/** End the axis at a label: a budget is not to hang above the last of them. */
function toALabel(layer) {
  const { y } = layer.encoding;
  return { ...layer, encoding: { ...layer.encoding, y: { ...y, scale: { ...y.scale, nice: TICKS } } } };
}

/** In the order of the rows, whichever a layer begins with; of few days weeks are labelled: months are too long. */
function inOrder(x, rows) {
  if (x.type !== "ordinal") return x;
  const domain = rows.map((row) => row[x.field]);
  const weeks = x.field === "date" && domain.length <= FEW_DAYS
    ? { values: domain.filter((_, n) => n % 7 === 0), labelOverlap: "greedy", labelBound: true, labelExpr: "utcFormat(toDate(datum.value), '%-d %b')" } : {};
  return { ...x, scale: { ...x.scale, domain }, axis: { ...x.axis, ...weeks } };
}

/** Draw a chart; its figure says in words and in a table what it shows. */
async function draw(figureNode, kind, rows, clicked) {
  // A layer is named after the field that it needs; without one value of it there is nothing to draw.
  const holds = (field) => rows.some((row) => (row[field] ?? null) !== null);
  const layer = SPECS[kind].layer.filter((each) => !each.name || holds(each.name)).map(toALabel);
  const encoding = { x: inOrder(SPECS[kind].encoding.x, rows) };
  const spec = { ...SPECS[kind], layer, encoding, data: { name: kind, values: rows } };
  const { view } = await vegaEmbed(figureNode.querySelector(".drawing"), spec, {
    // The interpreter draws without eval, which the page's policy forbids.
    ast: true, mode: "vega-lite", actions: false, renderer: "svg", defaultStyle: false,
    tooltip: showTip, config: look(),
  });
  if (clicked) view.addEventListener("click", (_, item) => item && item.datum && clicked(item.datum));
  return view;
}

function chartFigure(title, words, key, table, files) {
  return h("figure", { class: "panel" },
    h("figcaption", {}, h("h2", {}, title),
      download(title, files, table.columns, table.rows)),
    h("ul", { class: "key", "aria-hidden": "true" }, key.map(([look_, text]) =>
      h("li", {}, h("span", { class: `swatch ${look_}` }), text))),
    // Vega's own roles name nothing: the words and the table say what the drawing shows.
    h("div", { class: "chart", role: "img", "aria-label": words },
      h("div", { class: "drawing", "aria-hidden": "true" })),
    behind(title, table.columns, table.rows));
}

/** Months of the window: what each cost, its budget and its estimate. */
function monthRows(place, told) {
  const { book, day } = place;
  const line = lineAt(place);
  const toDate = line === null ? null : book.toDate(line);
  const shown = monthOf(told.days[day]);
  const months = [...new Set(told.days.map(monthOf))].filter((month) => month <= shown);
  return months.map((month) => {
    const inside = told.days.map((each, n) => n).filter((n) => monthOf(told.days[n]) === month && n <= day);
    const last = inside.at(-1);
    const outlook = inside.map((n) => outlookAt(place, n)).filter(Boolean).at(-1);
    const { estimate = null, low = null, high = null } = (month === shown && outlook) || {};
    const archived = inside.filter((n) => told.archived[n]).length;
    return {
      month, archived, estimate, low, high,
      lacks: archived < (month === shown ? Number(told.days[day].slice(8)) : daysIn(month)),
      actual: toDate ? toDate[last] : monthsWithout(place, line, month),
      budget: outlook?.budget ?? null,
    };
  });
}

function monthsWithout(place, line, month) {
  const ofRun = monthOf(place.book.all.at(-1));
  if (line === null) return 0;
  if (month === ofRun) return place.book.month[line];
  return month === monthBefore(ofRun) ? place.book.before[line] : null;
}

/** What a chart's words say of the estimate and the budget. */
function aheadInWords(place, { estimate, budget, ...ends }) {
  const range = interval(ends);
  return (estimate === null ? "" : `, estimate ${money(estimate)}${range ? ` (${range})` : ""}`)
    + (budget === null ? "" : `, ${budgetName(place)} ${money(budget)}`);
}

function aheadKey(place, { estimate, low, budget }, [ahead, range, goal]) {
  return [
    estimate !== null && [ahead, "Estimate to month end"],
    low !== null && [range, "80 % interval"],
    budget !== null && [goal, budgetName(place)],
  ].filter(Boolean);
}

const lackOf = (row) => (row.lacks ? `only ${row.archived} days archived` : null);
const ofYear = (month) => (month.endsWith("-01") ? ` \u2019${month.slice(2, 4)}` : "");

function monthsChart(place, told) {
  const rows = monthRows(place, told);
  const table = {
    columns: ["Month", "Days archived", "Actual", budgetName(place), "Month-end estimate", "80 % from", "80 % to"],
    rows: () => rows.map((r) =>
      [r.month, String(r.archived), ...[r.actual, r.budget, r.estimate, r.low, r.high].map(inCents)]),
  };
  const now = rows.at(-1);
  const words = `Cost by month, ${rows.length} months. ${monthName(now.month)}: ${money(now.actual)} to date`
    + `${aheadInWords(place, now)}.`;
  const budget = rows.findLast((r) => r.budget !== null)?.budget ?? null;
  const key = [["actual", "Actual"], ...aheadKey(place, { ...now, budget }, ["estimate", "interval", "budget"])];
  const node = chartFigure("Months", words, key, table, fileOf(place, told, "months"));
  return [node, "months", rows.map((r) => ({
    month: monthName(r.month).slice(0, 3) + ofYear(r.month),
    ...Object.fromEntries(["actual", "estimate", "low", "high", "budget"].map((n) => [n, drawn(r[n])])),
    top: drawn(Math.max(r.actual ?? 0, r.estimate ?? 0, r.high ?? 0, r.budget ?? 0)),
    tip: [monthName(r.month), `actual ${money(r.actual)}`, lackOf(r), r.estimate !== null && `estimate ${money(r.estimate)}`,
      interval(r), r.budget !== null && `${budgetName(place)} ${money(r.budget)}`].filter(Boolean).join("\n"),
  }))];
}

/** Month to date by day of the month, with the month before as far as it is archived without a gap. */
function burnupRows(place, told) {
  const { book, day } = place;
  const line = lineAt(place);
  const toDate = line === null ? null : book.toDate(line);
  const month = monthOf(told.days[day]);
  const at = (date) => (toDate && told.archived[told.dayOf.get(date)] ? toDate[told.dayOf.get(date)] : null);
  const before = monthBefore(month);
  const length = daysIn(month);
  const { budget, estimate, low, high } = outlookOf(place);
  return Array.from({ length }, (_, n) => {
    const date = dated(month, n + 1);
    const past = n < daysIn(before) && wholly(told, before, n + 1) ? at(dated(before, n + 1)) : null;
    const end = n + 1 === length ? { estimate, low, high } : { estimate: null, low: null, high: null };
    return { day: n + 1, now: date <= told.days[day] ? at(date) : null, before: past, budget, ...end };
  });
}

function burnupChart(place, told) {
  const rows = burnupRows(place, told);
  const ahead = outlookOf(place);
  const today = Number(told.days[place.day].slice(8));
  const month = monthName(monthOf(told.days[place.day]));
  const table = {
    columns: ["Day", `${month} to date`, "Month before to date", budgetName(place), "Month-end estimate", "80 % from", "80 % to"],
    rows: () => rows.map((r) =>
      [String(r.day), ...[r.now, r.before, r.budget, r.estimate, r.low, r.high].map(inCents)]),
  };
  const { now } = rows[today - 1];
  const words = `${month} to date by day: ${money(now)} on day ${today}${aheadInWords(place, ahead)}.`;
  const key = [["line actual", "To date"], ["line past", "Month before"],
    ...aheadKey(place, ahead, ["line ahead", "band", "line budget"])];
  const node = chartFigure("The month so far", words, key, table, fileOf(place, told, "month-to-date"));
  const towards = (goal, n) =>
    goal === null || now === null || n < today || rows.length === today
      ? null : (now + ((goal - now) * (n - today)) / (rows.length - today)) / 100;
  return [node, "burnup", rows.map((r) => ({
    day: r.day, now: drawn(r.now), before: drawn(r.before), budget: drawn(r.budget), latest: r.day === today && r.now !== null,
    ahead: towards(ahead.estimate, r.day), low: towards(ahead.low, r.day), high: towards(ahead.high, r.day),
    top: drawn(Math.max(r.now ?? 0, r.before ?? 0, r.budget ?? 0, ahead.high ?? ahead.estimate ?? 0)),
    tip: [`Day ${r.day}`, r.now !== null && `to date ${money(r.now)}`, r.before !== null && `month before ${money(r.before)}`,
      r.estimate !== null && `estimate ${money(r.estimate)}`, interval(r)].filter(Boolean).join("\n"),
  }))];
}

function dailyChart(place, told, go) {
  const { book, day } = place;
  const line = lineAt(place);
  const rows = told.days.map((date, n) => ({
    date, cost: !told.archived[n] ? null : line === null ? 0 : book.cost(line, n),
    restated: told.restatedDays.has(date), archived: Boolean(told.archived[n]), picked: n === day,
  }));
  const table = {
    columns: ["Day", `Cost, ${book.currency}`, "Note"],
    rows: () => rows.map((r) => [r.date, r.cost === null ? null : { cents: r.cost },
      !r.archived ? "not archived" : r.restated ? "restated" : ""]),
  };
  const words = `Cost by day, ${told.days[0]} to ${told.days.at(-1)}. ${told.days[day]}: ${money(rows[day].cost)}.`;
  const key = [["day-bar", "Cost of a day"], ["picked", shortDay(told.days[day])]];
  if (rows.some((r) => r.restated)) key.push(["restated", "Restated since the last digest"]);
  const node = chartFigure("Day by day", words, key, table, fileOf(place, told, "days"));
  const top = drawn(Math.max(1, ...rows.map((r) => r.cost ?? 0)));
  return [node, "daily", rows.map((r) => ({
    date: r.date, top,
    usual: r.picked ? null : drawn(r.cost), picked: r.picked ? drawn(r.cost) : null,
    restated: r.restated ? drawn(r.cost) : null,
    tip: [shortDay(r.date), r.archived ? money(r.cost) : "not archived", r.restated && "restated"].filter(Boolean).join("\n"),
  })), (datum) => datum.date && go({ ...place, day: told.days.indexOf(datum.date) })];
}
