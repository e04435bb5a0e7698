// The page of the search: all results of the question in its address, which can be shared, and what narrows them.
import { put } from "./put.js";
import { search } from "./page.js";
import { say } from "./say.js";
import { warm } from "./search_client.js";
import { quoteBox } from "./search_quote_box.js";
import { correction, doubt, eventLink, events, failure, hitParts, nearestLine, nothing, personLink, whenPresent, work } from "./search_results.js";
import { make } from "./search_text.js";
import { Typing } from "./search_typing.js";
import { opened, settled, unhelped } from "./unresolved.js";

const MOST = 30;
const LONGEST = 300;
/** What narrows the results, by its name in the address. */
const FILTERS = ["kind", "category"];

const form = document.querySelector("[data-wp-search=page]");
const input = form.querySelector(".wp-search__input");
const place = document.querySelector("[data-wp-results]");
const status = document.querySelector("[data-wp-said]");
const chosen = { kind: "", category: "" };
const isFiltered = () => FILTERS.some((name) => chosen[name]);
const typing = new Typing(input, {
  how: () => ({ limit: MOST, events: events(), kinds: chosen.kind ? [chosen.kind] : [], categories: chosen.category ? [chosen.category] : [] }),
  typed,
  show,
  settled: asked,
  wait,
  ready: whenPresent,
});

const question = () => typing.question;

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

function typed() {
  // What narrowed the last question would hide answers to this one.
  for (const name of FILTERS) chosen[name] = "";
  if (!question().trim()) clear();
}

function clear() {
  typing.forget();
  put(status, "");
  place.replaceChildren();
}

function wait() {
  const note = make("p", "wp-search__hint", say("search.waiting"));
  place.replaceChildren(note);
}

/** Answer what stands in the box, which is complete. */
function settle() {
  if (question().trim()) typing.settle();
  else clear();
}

function asked(answer) {
  keepAddress(false);
  note(answer);
  put(status, work(answer));
}

function show(answer, isSettled) {
  const again = (how) => typing.settle(how);
  if (answer.state === "failed") return fill(failure(answer, again), person(answer));
  const list = make("ol", "wp-results__list", eventItem(answer), ...answer.hits.map(item));
  for (const name of ["click", "auxclick"]) list.addEventListener(name, picked);
  if (answer.state === "nothing") return fill(list.children.length ? list : "", nothing(answer), person(answer));
  const none = answer.hits.length ? "" : make("p", "wp-search__lead", say("search.none_filtered"), " ", allAgain());
  if (isSettled && answer.state === "unsure") return fill(correction(answer, again), doubt(answer, unhelpedBy), isFiltered() ? chips(answer) : "", nearestLine(), list, none);
  return fill(heading(answer), correction(answer, again), chips(answer), quoteBox(answer, { helped, unhelped: unhelpedBy }), list, none, unhelpedPart(answer));
}

function eventItem(answer) {
  const link = eventLink(answer);
  return link ? make("li", "wp-results__event", link) : "";
}

function fill(...parts) {
  // Whoever presses a filter goes on from it.
  const pressed = document.activeElement?.dataset?.wpChip;
  place.replaceChildren(...parts.filter(Boolean));
  if (pressed) [...place.querySelectorAll("[data-wp-chip]")].find((chip) => chip.dataset.wpChip === pressed)?.focus();
}

function heading({ hits, total, question: asked }) {
  const count = Math.max(total, hits.length);
  const name = count > hits.length && hits.length ? "first" : "found";
  const value = name === "first" ? hits.length : count;
  return make("p", "wp-results__count", say(`search.${name}`, { count: value, question: asked.trim() }));
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
    settle();
  });
  return button;
}

function allAgain() {
  const button = make("button", "wp-button wp-button--quiet", say("search.all_again"));
  button.type = "button";
  button.addEventListener("click", () => {
    for (const name of FILTERS) chosen[name] = "";
    keepAddress(true);
    settle();
    input.focus();
  });
  return button;
}

function unhelpedBy() {
  noteShown();
  unhelped();
}

function person(answer) {
  const link = personLink(answer.question, say("search.person"), unhelpedBy);
  return link && make("div", "wp-results__unhelped", make("p", "", search.takesQuestion ? say("search.goes_along") : ""), link);
}

/** Below the results: what to do when none of them helped. */
function unhelpedPart(answer) {
  if (search.person) {
    const link = personLink(answer.question, say("search.none_helped"), unhelpedBy);
    return make("div", "wp-results__unhelped", make("p", "", search.takesQuestion ? say("search.none_helped_hint") : say("search.others")), link);
  }
  if (!search.endpoint) return "";
  const button = make("button", "wp-button wp-button--quiet", say("search.none_helped"));
  button.type = "button";
  const part = make("div", "wp-results__unhelped", button);
  button.addEventListener("click", () => {
    unhelpedBy();
    const thanks = make("p", "", say("search.thanks"));
    thanks.tabIndex = -1;
    part.replaceChildren(thanks);
    thanks.focus();
  });
  return part;
}

/** Take note of an answer. A filter that leaves nothing makes no question without an answer. */
function note(answer) {
  if (!isFiltered()) settled(question(), answer);
}

/** Whoever goes on from what is shown has asked what stands there. */
function noteShown() {
  keepAddress(false);
  if (typing.shown && !typing.shown.isSettled) note(typing.shown.answer);
}

function picked({ target, button }) {
  const link = target.closest(".wp-hit__link, .wp-search__trouble");
  if (button <= 1 && link) helped(link.href);
}

function helped(address = "") {
  noteShown();
  opened(address);
}

input.addEventListener("focus", warm, { once: true });
input.addEventListener("keydown", (event) => {
  const first = place.querySelector(".wp-results__list a");
  if (event.key !== "ArrowDown" || event.isComposing || !first) return;
  event.preventDefault();
  first.focus();
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  settle();
  // The keyboard of a phone would hide what was found.
  if (matchMedia("(pointer: coarse)").matches) input.blur();
});
addEventListener("popstate", () => {
  readAddress();
  settle();
});

readAddress();
if (question()) {
  wait();
  settle();
} else if (!matchMedia("(pointer: coarse)").matches) {
  input.focus({ preventScroll: true });
}
