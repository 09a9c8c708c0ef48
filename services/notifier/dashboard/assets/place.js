// Where the reader is: a currency, a day, and how far the drill went. It is the URL's hash, so that
// a link to it can be shared and the back button goes back.

const NAMES = ["ou", "service", "account"];

/** Read a place from a hash; what it does not know is left out. */
function placeOf(hash, told) {
  const asked = new URLSearchParams(hash.replace(/^#/, ""));
  const book = told.books.find((each) => each.currency === asked.get("currency")) ?? told.books[0];
  const day = told.days.indexOf(asked.get("day") ?? "");
  const place = { book, day: day < 0 ? told.days.length - 1 : day, ou: ALL, service: ALL, account: ALL };
  if (!book) return place;
  const ids = book.accounts.map((each) => each[0]);
  [book.ous, book.services, ids].forEach((known, level) => {
    const found = known.indexOf(asked.get(NAMES[level]) ?? "");
    if (found > 0) place[NAMES[level]] = found;
  });
  if (place.service === ALL) place.account = ALL;
  return place;
}

const spanOf = (told) => `${told.days[0]} to ${told.days.at(-1)}`;
const LEVELS = { ou: "the OU", service: "the service", account: "the account" };

/** Say what an address asks for that this page does not have, and what it shows instead. */
function missed(hash, place, told) {
  const asked = new URLSearchParams(hash.replace(/^#/, ""));
  const lost = NAMES.filter((level) => asked.get(level) && place[level] === ALL)
    .map((level) => [`${LEVELS[level]} “`, name(asked.get(level)), "”"]);
  const [day, currency] = [asked.get("day"), asked.get("currency")];
  if (day && day !== told.days[place.day]) lost.push(["the day ", name(day), ` (it has ${spanOf(told)})`]);
  if (currency && currency !== place.book.currency) lost.push(["the currency ", name(currency)]);
  if (lost.length === 0) return [];
  const parts = lost.flatMap((each, n) => [n ? ", " : "", ...each]);
  return ["Not on this page: ", ...parts, ". Shown instead: ", name(titleOf(place)), `, ${longDay(told.days[place.day])}.`];
}

/** An address without its day: what changes with it is another place, not another day of it. */
function drillOf(hash) {
  const place = new URLSearchParams(hash.slice(1));
  place.delete("day");
  return String(place);
}

/** Write a place as a hash: always with its day, for tomorrow's page opens on another one. */
function hashOf(place, told) {
  const said = new URLSearchParams();
  const { book } = place;
  if (told.books.length > 1) said.set("currency", book.currency);
  said.set("day", told.days[place.day]);
  if (place.ou) said.set("ou", book.ous[place.ou]);
  if (place.service) said.set("service", book.services[place.service]);
  if (place.account) said.set("account", book.accounts[place.account][0]);
  return `#${said}`;
}

const lineAt = (place) => place.book.find(place.ou, place.service, place.account);
const titleOf = (place) => {
  const { book } = place;
  if (place.account) return accountName(book, place.account);
  if (place.service) return book.services[place.service];
  return place.ou ? shortOu(book, place.ou) : "All organizational units";
};
const shortOu = (book, ou) => book.ous[ou].slice(book.ous[ou].lastIndexOf("/") + 1);
const ouName = (book, ou) => book.ous[ou].replace(/^Root\//, "");
const accountName = (book, account) => book.accounts[account][1] || book.accounts[account][0];
