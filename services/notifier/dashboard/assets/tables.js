const MOST_ROWS = 100;

const HEADROOM = 1.25;

/** What is spent and estimated against the budget, drawn as the digest draws it; nothing without a budget. */
function bar(f) {
  if (!(f.budget > 0)) return null;
  const top = Math.max(HEADROOM * f.budget, f.month ?? 0, f.estimate ?? 0);
  const wide = (cents) => Math.max(0, (160 * (cents ?? 0)) / top).toFixed(1);
  return s("svg", { class: "bullet", viewBox: "0 0 164 14", "aria-hidden": "true", focusable: "false" },
    s("rect", { class: "room", x: 0, y: 3, width: 160, height: 8, rx: 1 }),
    s("rect", { class: "rest", x: 0, y: 3, width: wide(f.estimate), height: 8, rx: 1 }),
    s("rect", { class: "spent", x: 0, y: 3, width: wide(f.month), height: 8, rx: 1 }),
    s("rect", { class: "goal", x: wide(f.budget), y: 0, width: 2.5, height: 14 }));
}

const numberCell = (cents, className = "") => h("td", { class: `number ${className}` }, amount(cents));

const head = (columns) =>
  h("thead", {}, h("tr", {}, columns.map(([label, className = ""]) =>
    h("th", { scope: "col", class: className }, label))));

/** A table of the drill, with what it leaves out said below it. */
function drillTable(title, columns, rows, file, note) {
  const body = h("tbody", {});
  const more = h("button", { type: "button", class: "quiet more" }, `Show all ${rows.length}`);
  const fill = (many) => body.replaceChildren(...rows.slice(0, many).flatMap((row) => row.node()));
  const whole = rows.length <= MOST_ROWS || wholeTables.has(title);
  fill(whole ? rows.length : MOST_ROWS);
  more.addEventListener("click", () => {
    keepIn(wholeTables, title, true);
    fill(rows.length);
    more.remove();
  });
  return h("section", { class: "panel" },
    h("header", {}, h("h2", {}, title),
      download(title, file, columns.csv, () => rows.map((row) => row.csv))),
    h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": title },
      h("table", { class: "drill" }, h("caption", { class: "hidden" }, title), head(columns.shown), body)),
    whole ? null : more,
    note ? h("p", { class: "aside" }, note) : null);
}

/** The OUs below a place, each with its light, in the order of the tree. */
function ouTable(place, told) {
  const { book, day } = place;
  const inside = book.ous.map((_, ou) => ou)
    .filter((ou) => ou && ou !== place.ou && book.lies(ou, place.ou));
  if (inside.length === 0) return null;
  const base = place.ou ? book.ous[place.ou].split("/").length : 0;
  const columns = {
    shown: [["OU, with everything below it"], ["Light", "standing"], ["Spend and estimate against budget", "wide"],
      ["Day", "number"], ["Month to date", "number"], ["Estimate", "number wide"], ["Budget", "number wide"]],
    csv: ["OU", "Light", "Reason", "Day", "Month to date", "Estimate", "Budget"],
  };
  const rows = inside.map((ou) => {
    const f = figuresOf({ ...place, ou }, told);
    const depth = book.ous[ou].split("/").length - 1 - base;
    const colour = f.light ?? "grey";
    const reason = f.light ? f.reason : "not assessed on this day";
    const cells = [f.cost, f.month, f.estimate, f.budget].map((cents) => (cents === null ? null : { cents }));
    return {
      csv: [book.ous[ou], WORDS[colour], reason, ...cells],
      node: () => [h("tr", {},
        h("th", { scope: "row", class: `depth-${Math.min(depth, 6)}` }, link({ ...place, ou }, told, name(shortOu(book, ou)))),
        h("td", { class: "standing" }, light(colour), h("span", { class: "reason" }, reason)),
        h("td", { class: "wide" }, bar(f)),
        numberCell(f.cost), numberCell(f.month), numberCell(f.estimate, "wide"), numberCell(f.budget, "wide")),
      h("tr", { class: "second" }, h("td", { colspan: "7", class: `depth-${Math.min(depth, 6)}` },
        light(colour), " ", h("span", {}, reason),
        h("span", { class: "under" }, `Estimate ${money(f.estimate)} · budget ${money(f.budget)}`)))],
    };
  });
  return drillTable("Organizational units", columns, rows, fileOf(place, told, "ous"), null);
}

function windowRow(label, [estimate, ...ends]) {
  const range = ends.length ? [h("tr", { class: "second" },
    h("td", { colspan: "4" }, `80 % interval ${ends.map(money).join(" to ")}`))] : [];
  return {
    csv: [label, ...[estimate, ...ends].map(inCents)],
    node: () => [h("tr", {}, h("th", { scope: "row" }, label), numberCell(estimate),
      ends.map((each) => numberCell(each, "wide"))), ...range],
  };
}

const WINDOWS = [["This month", "estimate", "low", "high"],
  ["Next 3 months", "next3", "next3Low", "next3High"], ["Next 6 months", "next6", "next6Low", "next6High"]];

/** What this month and the months to come are expected to cost, with their intervals. */
function outlookTable(place, told) {
  const found = outlookAt(place);
  if (!found || found.estimate === null) return null;
  const known = WINDOWS.filter(([, field]) => found[field] !== null);
  const ends = known.some(([, , low]) => found[low] !== null);
  const titles = ["Estimate", ...(ends ? ["80 % from", "80 % to"] : [])];
  const rows = known.map(([label, ...fields]) => windowRow(label, fields.slice(0, titles.length).map((field) => found[field])));
  const shown = [["Whole months"], ...titles.map((each, n) => [each, n ? "number wide" : "number"])];
  const columns = { shown, csv: ["Months", ...titles] };
  const how = found.method === "forecast" && ends ? "By forecast: 80 of 100 lie between the two ends." : `By ${found.method}.`;
  return drillTable("What is expected", columns, rows, fileOf(place, told, "expected"), `${how} ${found.past}`.trim());
}

/** Kinds of a charge in the order of their columns, by their place in what the page holds of them. */
const KINDS = [["gross", 0], ["after discounts of", 3], ["credits", 1], ["refunds", 2]];

/** Whether net alone hides what was consumed; of everything discounts are told, too. */
const hides = (ou, { month }) => (ou === ALL ? month.slice(1) : month.slice(1, 3)).some((cents) => cents !== null);

/** Gross, credits and net of a place and the OUs below it, where net alone hides what was consumed. */
function chargesTable(place, told) {
  const { book, day } = place;
  const given = [...book.givenAt.keys()]
    .filter((ou) => (ou === place.ou || (ou && book.lies(ou, place.ou))))
    .map((ou) => ({ ou, charged: book.charged(ou, day), net: figuresOf({ ...place, ou }, told) }))
    .filter(({ ou, charged }) => hides(ou, charged));
  if (given.length === 0) return null;
  const kinds = KINDS.filter(([, at]) => at === 0 || given.some(({ charged }) => charged.month[at] !== null));
  const titles = ["Day", "Month"].flatMap((of) => [...kinds.map(([each]) => each), "net"].map((each) => `${of}, ${each}`));
  const rows = given.map(({ ou, charged, net }) => {
    const of = (parts, whole) => [...kinds.map(([, at]) => kindOf(parts, at)), whole];
    const cents = [...of(charged.day, net.cost), ...of(charged.month, net.month)];
    const called = ou ? shortOu(book, ou) : "All";
    return {
      csv: [ou ? book.ous[ou] : "All", ...cents.map(inCents)],
      node: () => h("tr", {}, h("th", { scope: "row" }, ou ? link({ ...place, ou }, told, name(called)) : called),
        cents.map((each) => numberCell(each))),
    };
  });
  const columns = { shown: [["OU, with everything below it"], ...titles.map((each) => [each, "number"])], csv: ["OU", ...titles] };
  return drillTable("Gross, credits and net", columns, rows, fileOf(place, told, "credits"),
    "Gross is what was consumed and bought, net what is left after credits and refunds. Month is the month to the day.");
}

/**
 * A kind's amount as the digest tells it. Gross is told with whatever else is: nothing was consumed where
 * something was given back only. Of discounts it is told how much was taken off.
 */
function kindOf(parts, at) {
  if (at === 0) return parts.some((cents) => cents !== null) ? parts[0] ?? 0 : null;
  return at === 3 && parts[at] !== null ? -parts[at] : parts[at];
}

const SHARED = {
  shown: [["Day", "number"], ["Month to date", "number"], ["Month before", "number wide"], ["Share of the month", "wide"]],
  csv: ["Day", "Month to date", "Month before"],
};

function shareBar(part, whole) {
  const percent = whole ? (part / whole) * 100 : 0;
  return h("td", { class: "wide share" }, h("span", {}, `${percent.toFixed(1)} %`),
    s("svg", { viewBox: "0 0 100 8", "aria-hidden": "true", focusable: "false", preserveAspectRatio: "none" },
      s("rect", { class: "spent", width: Math.max(0, Math.min(100, percent)).toFixed(2), height: 8, rx: 1 })));
}

function lineRow(place, whole, told, label, csvLabel) {
  const f = figuresOf(place, told);
  const cells = [f.cost, f.month, f.monthBefore].map((cents) => (cents === null ? null : { cents }));
  return {
    order: Math.abs(f.month ?? f.cost ?? 0), idle: !f.cost && !f.month && !f.monthBefore,
    csv: [...csvLabel, ...cells],
    node: () => h("tr", {}, h("th", { scope: "row" }, link(place, told, ...label)),
      numberCell(f.cost), numberCell(f.month), numberCell(f.monthBefore, "wide"), shareBar(f.month ?? 0, whole)),
  };
}

const bySize = (rows) => rows.filter((row) => !row.idle).sort((a, b) => b.order - a.order);

function serviceTable(place, told) {
  const { book } = place;
  const whole = figuresOf(place, told).month;
  const rows = book.linesWhere((n) => book.ou[n] === place.ou && book.service[n] && !book.account[n])
    .map((n) => {
      const service = book.service[n];
      return lineRow({ ...place, service }, whole, told, [name(book.services[service])], [book.services[service]]);
    });
  return drillTable("Services", { shown: [["Service"], ...SHARED.shown], csv: ["Service", ...SHARED.csv] },
    bySize(rows), fileOf(place, told, "services"), null);
}

function accountTable(place, told) {
  const { book } = place;
  const whole = figuresOf({ ...place, account: ALL }, told).month;
  const lines = book.linesWhere((n) => book.account[n] && book.service[n] === place.service && book.lies(book.ou[n], place.ou));
  const rows = lines.map((n) => {
    const [id, called] = book.accounts[book.account[n]];
    const ou = book.ou[n];
    const label = [name(called || id), h("span", { class: "under" }, called ? `${id} · ` : "", name(ouName(book, ou)))];
    return lineRow({ ...place, ou, account: book.account[n] }, whole, told, label, [called || id, id, book.ous[ou]]);
  });
  const columns = { shown: [["Account"], ...SHARED.shown], csv: ["Account", "Account id", "OU", ...SHARED.csv] };
  return drillTable("Accounts", columns, bySize(rows), fileOf(place, told, "accounts"), leftOutOf(place, lines));
}

/** Say what the page does not hold, so that nobody takes a part for the whole. */
function leftOutOf(place, lines) {
  const { book, day } = place;
  const said = [];
  if (book.leftOut) {
    said.push(`${book.leftOut} of ${book.accountLines} lines of accounts are too small for this page; `
      + `they cost ${money(book.leftOutCost)} ${book.currency} in the month and are in every total.`);
  }
  const without = lines.filter((n) => book.seriesAt[n] < 0).length;
  if (without && day !== book.all.length - 1) {
    said.push(`${without} small accounts have no figures of single days but the last on this page.`);
  }
  return said.join(" ");
}

const GOES_ON = { open: "goes on", ended: "ended", acknowledged: "acknowledged", planned: "planned" };

function anomalyTable(place, told) {
  const { book } = place;
  if (told.anomalies === null) return null;
  const found = told.anomalies.filter((each) => each.currency === book.currency
    && (!place.ou || each.ou === book.ous[place.ou] || each.ou.startsWith(`${book.ous[place.ou]}/`))
    && (!place.service || each.service === book.services[place.service])
    && (!place.account || each.account === book.accounts[place.account][0]));
  const known = `As known on ${longDay(told.day)}.`;
  if (found.length === 0) {
    return h("section", { class: "panel" }, h("header", {}, h("h2", {}, "Anomalies")),
      h("p", { class: "aside" }, `${told.nothingFound} ${known}`));
  }
  const columns = {
    shown: [["Where"], ["When", "wide"], ["Why", "wide"], ["Impact", "number"]],
    csv: ["OU", "Service", "Account", "Account id", "First day", "Last day", "State", "New", "Why", "Impact"],
  };
  const rows = found.map((each) => anomalyRow(place, told, each));
  return drillTable("Anomalies", columns, rows, fileOf(place, told, "anomalies"), known);
}

function anomalyRow(place, told, each) {
  const { book } = place;
  const day = told.dayOf.get(each.day) ?? place.day;
  const [ou, service] = [book.ous.indexOf(each.ou), book.services.indexOf(each.service)];
  const target = { ...place, ou: Math.max(0, ou), service: Math.max(0, service), account: ALL, day };
  const days = each.days || shortDay(each.day);
  const state = () => [GOES_ON[each.state], ...(each.new ? [" · ", h("strong", {}, "new")] : [])];
  const account = each.accountName ? [name(each.accountName), ` (${each.account})`] : [each.account];
  return {
    csv: [each.ou, each.service, each.accountName, each.account, each.day, each.until, each.state,
      each.new ? "new" : "", each.reason, inCents(each.impact)],
    node: () => [h("tr", {},
      h("th", { scope: "row" }, link(target, told, name(each.ou.replace(/^Root\//, "")),
        h("span", { class: "under" }, name(each.service), " in ", ...account))),
      h("td", { class: "wide" }, days, h("span", { class: "under" }, ...state())),
      h("td", { class: "wide" }, each.reason),
      h("td", { class: "number" }, each.impact > 0 ? "+" : "", amount(each.impact))),
    h("tr", { class: "second" }, h("td", { colspan: "4" }, `${days}, `, ...state(), `: ${each.reason}`))],
  };
}

function restatedSection(place, told) {
  const { since, spans, unstated } = told.restated;
  // Restatements are as billed: with a display currency no book has their currency.
  const elsewhere = (span) => told.books.every((book) => book.currency !== span.currency);
  const ours = spans.filter((span) => span.currency === place.book.currency || elsewhere(span));
  if (!since || (ours.length === 0 && !unstated)) return null;
  return h("section", { class: "panel" }, h("header", {}, h("h2", {}, "Restated")),
    h("p", { class: "aside" }, `What changed since the digest of ${longDay(since)}.`),
    h("ul", { class: "plain" }, ours.map((span) => h("li", {}, h("strong", {}, span.days), ` ${span.movement}${elsewhere(span) ? ` ${span.currency} as billed` : ""} `,
      h("span", { class: "under" }, span.ous.map(([ou, movement], n) => [n ? ", " : "", name(ou), ` ${movement}`]).flat(),
        span.more ? ` and ${span.more} more` : "")))),
    unstated ? h("p", { class: "aside" }, `${unstated}: changed by an amount that nobody can tell.`) : null);
}
