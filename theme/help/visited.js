// Notes for the journey which articles were opened and what was asked of the search.
import { noteArticle, noteQuestion } from "./journey.js";
import { page } from "./page.js";

/** Pages that are no articles, and troubleshooters, whose answers are noted one by one. */
const OTHERS = ["", "category", "contact", "home", "troubleshooter"];
const SHORTEST = 3;
/** Milliseconds after the last key before what was typed counts as a question. */
const PAUSE = 800;

if (!OTHERS.includes(page.kind)) noteArticle(page);

let waiting = 0;
let asked = "";

function note() {
  clearTimeout(waiting);
  if (asked.length >= SHORTEST) noteQuestion(asked);
  asked = "";
}

document.addEventListener("input", ({ target }) => {
  if (!target.matches?.(".wp-search__input")) return;
  asked = target.value.trim();
  clearTimeout(waiting);
  waiting = setTimeout(note, PAUSE);
});

// A result may be opened before the pause is over.
addEventListener("pagehide", note);
