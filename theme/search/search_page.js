// The page of the search: all results of the question in its address, which can be shared, and what narrows them.
import { put } from "./put.js";
import { search } from "./page.js";
import { say } from "./say.js";
import { ask, warm } from "./search_client.js";
import { failure, hitParts, nothing, personAddress, troubleLine, whenPresent, work } from "./search_results.js";
import { make, strong } from "./search_text.js";
import { opened, settled, unhelped } from "./unresolved.js";

const MOST = 30;
const LONGEST = 300;
const PAUSE = 0;
/** Milliseconds after the last key before what was typed counts as a question, and becomes the address. */
const SETTLED = 800;
const QUIET = 600;
/** What narrows the results, by its name in the address. */
const FILTERS = ["kind", "category"];

const form = document.querySelector("[data-wp-search=page]");
const input = form.querySelector(".wp-search__input");
const place = document.querySelector("[data-wp-results]");
const status = document.querySelector("[data-wp-said]");
const timers = {};
const chosen = { kind: "", category: "" };
let shown = null;

function after(name, milliseconds, action) {
  clearTimeout(timers[name]);
  timers[name] = setTimeout(action, milliseconds);
}

const question = () => input.value.replace(/\s+/g, " ").trimStart();

/** The address of this page for what is asked now. */
function address() {
  const target = new URL(location.href);
  target.search = "";
  if (question().trim()) target.searchParams.set("q", question().trim());
  for (const name of FILTERS) if (chosen[name]) target.searchParams.set(name, chosen[name]);
  return target.href;
}

/** Put what is asked into the address: as a step of the way back, or in place of what was there. */
function keepAddress(isStep) {
  const target = address();
  if (target === location.href) return;
  if (isStep) history.pushState(null, "", target);
  else history.replaceState(null, "", target);
}

function readAddress() {
  const query = new URLSearchParams(location.search);
  input.value = (query.get("q") ?? "").replace(/\s+/g, " ").trim().slice(0, LONGEST);
  for (const name of FILTERS) chosen[name] = query.get(name) ?? "";
}

async function showResults(isTyping) {
  const asked = question();
  if (!asked.trim()) {
    shown = null;
    put(status, "");
    place.replaceChildren();
    return;
  }
  const filters = { kinds: chosen.kind ? [chosen.kind] : [], categories: chosen.category ? [chosen.category] : [] };
  if (!place.hasChildNodes()) {
    const note = make("p", "wp-search__hint", say("search.waiting"));
    place.append(note);
  }
  const [answer] = await Promise.all([ask(asked, { typing: isTyping, limit: MOST, ...filters }), whenPresent()]);
  if (!answer || asked !== question()) return;
  shown = { asked, answer };
  show(answer);
  after("say", QUIET, () => put(status, work(answer)));
}

function show(answer) {
  const isFiltered = FILTERS.some((name) => chosen[name]);
  if (answer.state === "failed") return fill(failure(answer, () => showResults(false)), person(answer));
  if (answer.state === "none" && !isFiltered) return fill(nothing(answer), person(answer));
  const hits = answer.hits.map(item);
  const list = hits.length ? make("ol", "wp-results__list", ...hits) : make("p", "wp-search__lead", say("search.none_filtered"), " ", allAgain());
  for (const name of ["click", "auxclick"]) list.addEventListener(name, picked);
  return fill(heading(answer), chips(answer), troubleLine(answer.hits), list, unhelpedPart(answer));
}

function fill(...parts) {
  // Whoever presses a filter goes on from it.
  const pressed = document.activeElement?.dataset?.wpChip;
  place.replaceChildren(...parts.filter(Boolean));
  if (pressed) [...place.querySelectorAll("[data-wp-chip]")].find((chip) => chip.dataset.wpChip === pressed)?.focus();
}

function heading({ hits, total, corrected, question: asked }) {
  const count = Math.max(total ?? 0, hits.length);
  const name = count > hits.length && hits.length ? "first" : "found";
  const value = name === "first" ? hits.length : count;
  const line = make("p", "wp-results__count", say(`search.${name}`, { count: value, question: asked.trim() }));
  if (corrected) line.append(" ", ...strong((text) => say("search.corrected", { question: text }), corrected));
  return line;
}

function item(hit) {
  const { href, title, meta, passage } = hitParts(hit);
  const link = make("a", "wp-hit__link", title);
  link.href = href;
  return make("li", "wp-hit", link, make("small", "", meta), passage.length ? make("p", "wp-hit__passage", ...passage) : "");
}

function chips(answer) {
  const kinds = answer.kinds.map(({ kind, count }) => ({ id: kind, title: say(`search.kind.${kind}`), count }));
  const rows = [row("kind", say("search.by_kind"), kinds), row("category", say("search.by_category"), answer.categories)];
  return rows.some(Boolean) ? make("div", "wp-chips", ...rows.filter(Boolean)) : "";
}

/** The chips of one filter; one alone would narrow nothing. */
function row(name, label, values) {
  if (values.length < 2 && !chosen[name]) return "";
  const group = make("div", "wp-chips__row", make("span", "wp-chips__label", label), ...values.map((value) => chip(name, value)));
  group.setAttribute("role", "group");
  group.setAttribute("aria-label", label);
  return group;
}

function chip(name, { id, title, count }) {
  const button = make("button", "wp-chip", title, " ", make("span", "wp-chip__count", String(count)));
  button.type = "button";
  button.dataset.wpChip = `${name} ${id}`;
  button.setAttribute("aria-pressed", String(chosen[name] === id));
  button.addEventListener("click", () => {
    chosen[name] = chosen[name] === id ? "" : id;
    keepAddress(true);
    showResults(false);
  });
  return button;
}

function allAgain() {
  const button = make("button", "wp-button wp-button--quiet", say("search.all_again"));
  button.type = "button";
  button.addEventListener("click", () => {
    for (const name of FILTERS) chosen[name] = "";
    keepAddress(true);
    showResults(false);
    input.focus();
  });
  return button;
}

function personLink(answer, text) {
  const link = make("a", "wp-button", text);
  link.href = personAddress(answer.question);
  link.addEventListener("click", () => {
    settle();
    unhelped();
  });
  return link;
}

function person(answer) {
  if (!search.person) return "";
  return make("div", "wp-results__unhelped", make("p", "", search.takesQuestion ? say("search.goes_along") : ""), personLink(answer, say("search.person")));
}

/** Below the results: what to do when none of them helped. */
function unhelpedPart(answer) {
  if (search.person) {
    const link = personLink(answer, say("search.none_helped"));
    return make("div", "wp-results__unhelped", make("p", "", search.takesQuestion ? say("search.none_helped_hint") : say("search.others")), link);
  }
  if (!search.endpoint) return "";
  const button = make("button", "wp-button wp-button--quiet", say("search.none_helped"));
  button.type = "button";
  const part = make("div", "wp-results__unhelped", button);
  button.addEventListener("click", () => {
    settle();
    unhelped();
    const thanks = make("p", "", say("search.thanks"));
    thanks.tabIndex = -1;
    part.replaceChildren(thanks);
    thanks.focus();
  });
  return part;
}

/** What was typed counts as a question now. A filter that leaves nothing is no question without an answer. */
function settle() {
  clearTimeout(timers.settle);
  keepAddress(false);
  if (shown?.asked === question() && !FILTERS.some((name) => chosen[name])) settled(shown.asked, shown.answer);
}

function picked({ target, button }) {
  const link = target.closest(".wp-hit__link");
  if (button > 1 || !link) return;
  settle();
  opened(link.href);
}

async function showSettled() {
  await showResults(false);
  settle();
}

input.addEventListener("input", () => {
  // What narrowed the last question would hide answers to this one.
  for (const name of FILTERS) chosen[name] = "";
  after("ask", PAUSE, () => showResults(true));
  after("settle", SETTLED, settle);
});
input.addEventListener("focus", warm, { once: true });
input.addEventListener("keydown", (event) => {
  const first = place.querySelector(".wp-hit__link");
  if (event.key !== "ArrowDown" || event.isComposing || !first) return;
  event.preventDefault();
  first.focus();
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  clearTimeout(timers.ask);
  showSettled();
  // The keyboard of a phone would hide what was found.
  if (matchMedia("(pointer: coarse)").matches) input.blur();
});
addEventListener("popstate", () => {
  readAddress();
  showResults(false);
});

readAddress();
if (question()) showSettled();
else if (!matchMedia("(pointer: coarse)").matches) input.focus({ preventScroll: true });
