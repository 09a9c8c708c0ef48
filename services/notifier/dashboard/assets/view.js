let drawing = 0;

function controls(place, told, go) {
  const { book, day } = place;
  const last = told.days.length - 1;
  const step = (id, label, to, sign) => h("button", { type: "button", id, class: "step", "aria-label": label,
    disabled: to < 0 || to > last, on: ["click", () => go({ ...place, day: to })] }, sign);
  const currency = h("select", { id: "currency", on: ["change", (event) =>
    go({ book: told.books[event.target.selectedIndex], day, ou: ALL, service: ALL, account: ALL })] },
  told.books.map((each) => h("option", { selected: each === book }, each.currency)));
  return h("div", { class: "controls" },
    told.books.length > 1 ? [h("label", { for: "currency", class: "hidden" }, "Currency"), currency] : null,
    h("div", { class: "day", role: "group", "aria-label": "Day" },
      step("earlier", "Day before", day - 1, "‹"), h("label", { for: "day", class: "hidden" }, "Day"),
      dayInput(place, told, go), step("later", "Day after", day + 1, "›")),
    h("button", { type: "button", class: "quiet", id: "theme", on: ["click", swapTheme] }, darkNow() ? "Light" : "Dark"));
}

const darkNow = () => {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
};

function swapTheme() {
  document.documentElement.dataset.theme = darkNow() ? "light" : "dark";
  dispatchEvent(new Event("themechange"));
}

function crumbs(place, told) {
  const { book } = place;
  const none = { ...place, ou: ALL, service: ALL, account: ALL };
  const steps = [[none, "All"]];
  const parts = place.ou ? book.ous[place.ou].split("/") : [];
  parts.forEach((part, n) => {
    const ou = book.ous.indexOf(parts.slice(0, n + 1).join("/"));
    if (ou > 0) steps.push([{ ...none, ou }, part]);
  });
  if (place.service) steps.push([{ ...place, account: ALL }, book.services[place.service]]);
  if (place.account) steps.push([place, accountName(book, place.account)]);
  return h("nav", { "aria-label": "Where you are" }, h("ol", { class: "crumbs" }, steps.map(([to, text], n) =>
    h("li", {}, n === steps.length - 1 ? h("span", { "aria-current": "page" }, name(text)) : link(to, told, name(text))))));
}

const STATES = {
  partial: "partial day: usage is still being delivered",
  complete: "complete day",
  final: "final day: its month is invoiced",
};

function masthead(place, told, go) {
  const state = told.archived[place.day] ? STATES[told.statuses[place.day]] ?? "day whose status is not known" : "not archived";
  return h("header", { class: "mast" },
    h("div", { class: "top" }, h("span", { class: "brand" }, "Daybook"), controls(place, told, go)),
    crumbs(place, told),
    h("h1", { id: "title", tabindex: "-1" }, name(titleOf(place))),
    h("p", { class: "when" }, `${longDay(told.days[place.day])} · ${state} · ${told.metric} cost in ${place.book.currency} · days are UTC`
      + (told.restatedDays.has(told.days[place.day]) ? " · restated since the last digest" : "")),
    place.service ? null : reasonOf(place, told));
}

function reasonOf(place, told) {
  const found = outlookAt(place);
  if (!place.ou || !found) return verdict(place, told);
  return h("p", { class: `verdict ${found.light}` }, light(found.light), h("span", {}, found.reason));
}

function footer(told) {
  return h("footer", {},
    told.notes.length ? h("div", {}, h("h2", {}, "About the data"), h("ul", {}, told.notes.map((note) => h("li", {}, note)))) : null,
    h("p", {}, "Each amount is rounded to the cent by itself from the exact one, so shown amounts may not add up to a shown total. Root holds every organizational unit; Unmapped is outside it."),
    h("p", {}, `Run ${told.run} · export ${told.source}`));
}

function show(told, go, focus) {
  const place = placeOf(location.hash, told);
  if (!place.book) {
    redraw(h("main", { id: "main", tabindex: "-1" }, h("h1", {}, "No cost is archived"), footer(told)));
    return;
  }
  const charts = [monthsChart(place, told), burnupChart(place, told), dailyChart(place, told, go)];
  const tables = place.account ? [] : place.service ? [accountTable(place, told)]
    : [outlookTable(place, told), ouTable(place, told), chargesTable(place, told), serviceTable(place, told)];
  redraw(
    masthead(place, told, go),
    h("main", { id: "main", tabindex: "-1", "aria-label": "Figures" }, figureBand(place, told),
      h("div", { class: "pair" }, charts[0][0], charts[1][0]), charts[2][0],
      ...[...tables, anomalyTable(place, told), restatedSection(place, told)].filter(Boolean)),
    footer(told));
  document.title = `${titleOf(place)}, ${told.days[place.day]} – cloud cost`;
  say(missed(location.hash, place, told));
  if (focus) focusOn(focus);
  drawAll(charts);
}

async function drawAll(charts) {
  drawing += 1;
  const [ours, where] = [drawing, location.hash];
  document.documentElement.removeAttribute("data-drawn");
  for (const [node, kind, rows, clicked] of charts) {
    if (ours === drawing) await draw(node, kind, rows, clicked);
  }
  if (ours === drawing) document.documentElement.dataset.drawn = where;
}

async function main() {
  const told = await open();
  // What changes the place puts it into the address; the address is the only state there is.
  const go = (place) => {
    mark();
    location.hash = hashOf(place, told);
  };
  let drill = drillOf(location.hash);
  const kept = () => {
    const id = document.activeElement?.id;
    const moved = drill !== (drill = drillOf(location.hash));
    // Only an entry that the reader comes back to has a state.
    const y = history.state?.y ?? (moved ? 0 : scrollY);
    show(told, go, moved && id !== "currency" ? "title" : id || "day");
    scrollTo(0, y);
  };
  const again = () => show(told, go, document.activeElement?.id);
  document.getElementById("skip").addEventListener("click", (event) => {
    event.preventDefault();
    document.getElementById("main").focus();
  });
  addEventListener("hashchange", kept);
  addEventListener("themechange", again);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
  keepScroll();
  show(told, go, null);
  scrollTo(0, history.state?.y ?? 0);
}

main().catch((error) => {
  document.getElementById("opening").textContent = `This page cannot be shown: ${error.message}`;
  throw error;
});
