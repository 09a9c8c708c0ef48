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

/** Write a place as a hash; the run's own day and the first currency are left out. */
function hashOf(place, told) {
  const said = new URLSearchParams();
  const { book } = place;
  if (book !== told.books[0]) said.set("currency", book.currency);
  if (place.day !== told.days.length - 1) said.set("day", told.days[place.day]);
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
