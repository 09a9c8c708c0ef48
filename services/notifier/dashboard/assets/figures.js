/** The figures of a place on its day: all of them whole cents, or null where there is none. */
function figuresOf(place, told) {
  const { book, day } = place;
  const line = lineAt(place);
  const today = told.days[day];
  const at = (date) => book.dayOf.get(date) ?? null;
  const known = (number) => (number !== null && told.archived[number] ? number : null);
  const weekAgo = known(at(dayBefore(today, 7)));
  const before = monthBefore(monthOf(today));
  const same = Math.min(Number(today.slice(8)), daysIn(before));
  const sameDay = known(at(`${before}-${String(same).padStart(2, "0")}`));
  const end = known(at(`${before}-${daysIn(before)}`));
  return {
    line,
    cost: line === null ? 0 : book.cost(line, day),
    weekAgo: line === null || weekAgo === null ? null : book.cost(line, weekAgo),
    month: line === null ? 0 : book.monthTo(line, day),
    sameDays: line === null || sameDay === null ? null : book.monthTo(line, sameDay),
    monthBefore: line === null || end === null ? null : wholeMonthBefore(place, line, end),
    ...budgetOf(place),
  };
}

function wholeMonthBefore(place, line, end) {
  const { book, day } = place;
  const last = book.all.length - 1;
  const ofRun = monthOf(book.all[day]) === monthOf(book.all[last]);
  return ofRun ? book.before[line] : book.monthTo(line, end);
}

const outlookAt = (place, day = place.day) => {
  const root = place.book.ous.indexOf("Root");
  const ou = place.ou === ALL ? root : place.ou;
  return place.service || ou < 0 ? null : place.book.outlook(ou, day);
};

function budgetOf(place) {
  const found = outlookAt(place);
  return found ?? { budget: null, estimate: null, light: null, reason: "", method: "", low: null, high: null };
}

const figure = (label, value, ...notes) =>
  h("div", { class: "figure" },
    h("dt", {}, label),
    h("dd", {}, value, notes.filter(Boolean).map((note) => h("span", { class: "note" }, note))));

const against = (now, before, words) =>
  before === null || now === null ? null : `${change(now, before)} ${words}`;

/** The band of four figures on top. */
function figureBand(place, told) {
  const f = figuresOf(place, told);
  const { book, day } = place;
  const today = told.days[day];
  const month = monthName(monthOf(today));
  const spent = place.ou === ALL ? figuresOf({ ...place, ou: Math.max(0, book.ous.indexOf("Root")) }, told).month : f.month;
  const share = f.budget && spent !== null ? `${((spent / f.budget) * 100).toFixed(1)} % used` : null;
  const whose = place.ou === ALL && book.ous.includes("Unmapped") ? " of Root" : "";
  const last = f.budget !== null
    ? figure(`Budget${whose}`, amount(f.budget), share)
    : figure(monthName(monthBefore(monthOf(today))), amount(f.monthBefore), "the whole month");
  const middle = f.estimate !== null
    ? figure(`Month-end estimate${whose}`, amount(f.estimate),
      f.low !== null ? `80 % interval ${money(f.low)} to ${money(f.high)}` : `by ${f.method}`,
      f.budget ? against(f.estimate, f.budget, "against the budget") : null)
    : figure("A week before", amount(f.weekAgo), f.weekAgo === null ? "not on this page" : weekday(today));
  return h("dl", { class: "figures" },
    figure(`Cost of the day, ${book.currency}`, amount(f.cost),
      against(f.cost, f.weekAgo, `against ${weekday(today)} before`)),
    figure(`${month} to date`, amount(f.month), against(f.month, f.sameDays, "against the same days of the month before")),
    middle, last);
}

/** Say in one sentence how the OUs stand, and name those in trouble. */
function verdict(place, told) {
  const { book, day } = place;
  const rows = book.ous.map((_, ou) => ({ ou, ...book.outlook(ou, day) }))
    .filter(({ ou, light: has }) => ou && has && book.lies(ou, place.ou));
  const of = (colour_) => rows.filter((row) => row.light === colour_);
  const worst = ["red", "yellow", "green"].find((each) => of(each).length) ?? "grey";
  const said = (each) => {
    const found = of(each);
    const names = found.slice(0, 3).map(({ ou }, n) =>
      [n ? ", " : "", link({ ...place, ou, service: ALL, account: ALL }, told, name(ouName(book, ou)))]);
    const more = found.length > 3 ? ` and ${found.length - 3} more` : "";
    return found.length ? [`${found.length} ${each}: `, ...names.flat(), `${more}. `] : [];
  };
  let words = [...said("red"), ...said("yellow")];
  if (worst === "green") words = [`All ${of("green").length} with a budget are green.`];
  else if (worst === "grey") words = [rows.length ? "No organizational unit has a light on this day." : "The organizational units were not assessed on this day."];
  else if (of("green").length) words.push(`${of("green").length} green.`);
  return h("p", { class: `verdict ${worst}` }, light(worst), h("span", {}, words));
}
