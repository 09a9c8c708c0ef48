// What stays when the page is drawn anew: the tables that are open, the focus, and how far the
// reader had scrolled. Without it each step to another day would begin at the top again.

const openTables = new Set();
const wholeTables = new Set();

const keepIn = (set, label, wanted) => (wanted ? set.add(label) : set.delete(label));

/** Note in the entry of the history how far the reader has scrolled, for when they come back to it. */
const mark = () => history.replaceState({ y: scrollY }, "");

function keepScroll() {
  history.scrollRestoration = "manual";
  addEventListener("scrollend", mark);
  // In capture: a link changes the entry when its click is over.
  document.addEventListener("click", mark, true);
}

/** Give the focus to an element again, or to the day where it cannot have it any more. */
function focusOn(id) {
  const wanted = document.getElementById(id);
  (wanted && !wanted.disabled ? wanted : document.getElementById("day"))?.focus({ preventScroll: true });
}

let redrawing = false;

/** Put the page's parts in place. It takes the focus from its inputs: what was half typed then is not meant. */
function redraw(...parts) {
  redrawing = true;
  document.getElementById("page").replaceChildren(...parts);
  redrawing = false;
}

const EDITS = /^(\d|Backspace|Delete|ArrowUp|ArrowDown)$/;

/** The input of the day. Typing passes days that nobody means: Enter or leaving it goes to the day. */
function dayInput(place, told, go) {
  const input = h("input", { type: "date", id: "day", min: told.days[0], max: told.days.at(-1), value: told.days[place.day] });
  let typing = false;
  const commit = () => {
    typing = false;
    const found = told.dayOf.get(input.value);
    if (found === place.day) return;
    if (found !== undefined) go({ ...place, day: found });
    else {
      say([input.value ? `${input.value} is not on this page, which has ${spanOf(told)}.` : "That is no day."]);
      input.value = told.days[place.day];
    }
  };
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") commit();
    else if (EDITS.test(event.key)) typing = !event.altKey;
    // What is picked from the calendar is meant as it is.
    else if (event.key === " " || event.key === "F4") typing = false;
  });
  input.addEventListener("change", () => typing || commit());
  input.addEventListener("blur", () => typing && !redrawing && commit());
  return input;
}

/** Say something beside the figures; a screen reader reads it out. */
const say = (words) => document.getElementById("said").replaceChildren(...words);
