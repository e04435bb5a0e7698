// Notes for the journey which articles were opened and what was asked of the search.
import { noteArticle, noteQuestion } from "./journey.js";
import { page } from "./page.js";

const ARTICLES = ["faq", "troubleshooting", "tutorial", "page"];
const SHORTEST = 3;
/** Milliseconds after the last key before what was typed counts as a question. */
const PAUSE = 800;

if (ARTICLES.includes(page.kind)) noteArticle(page);

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
