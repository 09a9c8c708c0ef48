/** Whether every day of a month until one of its days is archived: less is not to be compared with. */
function wholly(told, month, until = daysIn(month)) {
  return Array.from({ length: until }, (_, n) => dated(month, n + 1))
    .every((date) => told.archived[told.dayOf.get(date)]);
}

/** The figures of a place on its day: all of them whole cents, or null where there is none. */
function figuresOf(place, told) {
  const { book, day } = place;
  const line = lineAt(place);
  const today = told.days[day];
  const at = (date) => book.dayOf.get(date) ?? null;
  const weekAgo = at(dayBefore(today, 7));
  const before = monthBefore(monthOf(today));
  const same = Math.min(Number(today.slice(8)), daysIn(before));
  const missing = line === null;
  return {
    line,
    cost: missing ? 0 : book.cost(line, day),
    weekAgo: missing || weekAgo === null || !told.archived[weekAgo] ? null : book.cost(line, weekAgo),
    month: missing ? 0 : book.monthTo(line, day),
    sameDays: missing || !wholly(told, before, same) ? null : book.monthTo(line, at(dated(before, same))),
    monthBefore: missing || !wholly(told, before) ? null : wholeMonthBefore(place, line, at(dated(before, daysIn(before)))),
    ...outlookOf(place),
  };
}

function wholeMonthBefore(place, line, end) {
  const { book, day } = place;
  const last = book.all.length - 1;
  const ofRun = monthOf(book.all[day]) === monthOf(book.all[last]);
  return ofRun ? book.before[line] : book.monthTo(line, end);
}

const outlookAt = (place, day = place.day) => (place.service ? null : place.book.outlook(place.ou, day));
const outlookOf = (place) => outlookAt(place) ?? { budget: null, estimate: null, light: null, low: null, high: null };

/** The place that a place's budget is of: there is none of everything, so it is Root's. */
const budgeted = (place) =>
  (place.ou === ALL && !place.service ? { ...place, ou: Math.max(ALL, place.book.ous.indexOf("Root")) } : place);
const budgetName = (place) => (place.ou === ALL ? "Root\u2019s budget" : "Budget");
const interval = ({ low, high }) => (low === null ? null : `80 % interval ${money(low)} to ${money(high)}`);

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
  const before = monthBefore(monthOf(today));
  const last = f.budget !== null
    ? figure(budgetName(place), amount(f.budget), ...budgetNotes(place, told))
    : figure(monthName(before), amount(f.monthBefore),
      f.monthBefore !== null ? "the whole month" : wholly(told, before) ? "not on this page" : "not archived as a whole");
  const middle = f.estimate !== null
    ? figure("Month-end estimate", amount(f.estimate), interval(f) ?? `by ${f.method}`, madeOf(place))
    : figure("A week before", amount(f.weekAgo), f.weekAgo === null ? "not on this page" : weekday(today));
  return h("dl", { class: "figures" },
    figure(`Cost of the day, ${book.currency}`, amount(f.cost),
      against(f.cost, f.weekAgo, `against ${weekday(today)} before`)),
    figure(`${monthName(monthOf(today))} to date`, amount(f.month),
      against(f.month, f.sameDays, "against the same days of the month before")),
    middle, last);
}

/** What the estimate of everything is made of, where something is in no OU. */
function madeOf(place) {
  const parts = ["Root", "Unmapped"].map((each) => [each, place.book.ous.indexOf(each)])
    .filter(([, ou]) => ou > 0).map(([each, ou]) => [each, place.book.outlook(ou, place.day)]).filter(([, found]) => found);
  if (place.ou !== ALL || parts.length < 2) return null;
  return parts.map(([each, { estimate }]) => `${each} ${money(estimate)}`).join(" and ");
}

/** What is held against a budget is of the same OU as the budget. */
function budgetNotes(place, told) {
  const { budget, month, estimate } = figuresOf(budgeted(place), told);
  const whose = place.ou === ALL ? "Root\u2019s " : "";
  return [
    budget && month !== null ? `${((month / budget) * 100).toFixed(1)} % used${whose && " by Root"}` : null,
    budget && estimate !== null ? `${whose}estimate ${change(estimate, budget)} against it` : null,
  ];
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
