// What an answer of the search looks like, below a box and on the page of the search.
import { story, tell } from "./aware.js";
import { fillNotice, whenKnown } from "./now.js";
import { helpPage, helpRoot, search } from "./page.js";
import { say } from "./say.js";
import { make, marked, strong } from "./search_text.js";

const LONGEST = 300;
/** Milliseconds that the page of the search waits for the state of the service, so that nothing moves later. */
const PATIENCE = 800;

let known = null;
const present = new Promise((resolve) => {
  whenKnown((now, view) => {
    known = { now, view };
    resolve();
  });
  setTimeout(resolve, PATIENCE);
});

/** Wait until the state of the service is known, but not for long. */
export const whenPresent = () => present;

/** What is wrong with some components, as aware.js tells it; null where nothing is known to be. */
function troubleOf(components) {
  if (!known || known.view.isStale || !components.length) return null;
  const found = story(known.now, components);
  return found && found.topic !== "calm" && found.topic !== "unknown" ? found : null;
}

/** Return the parts of one result: its address, its title, what it is, and the passage that matches. */
export function hitParts(hit) {
  const title = make("span", "wp-hit__title", ...marked(hit.titleParts));
  const trouble = troubleOf(hit.components);
  if (trouble) {
    const word = trouble.topic === "maintenance" ? "planned" : "trouble";
    const name = trouble.names.join(", ");
    // The line below begins with its category.
    const tag = make("span", "wp-tag", name === hit.category?.title ? say(`now.${word}`) : say(`now.one_${word}`, { name }));
    tag.dataset.tone = trouble.status === "under_maintenance" ? "maintenance" : trouble.status;
    title.append(" ", tag);
  }
  const section = hit.section === hit.title ? "" : hit.section;
  const meta = [hit.category?.title, say(`search.kind.${hit.kind}`), section].filter(Boolean).join(" · ");
  return { href: helpPage(hit.url), title, meta, passage: marked(hit.passage) };
}

/** One line above the results, where a component of one of them is in trouble; else nothing. */
export function troubleLine(hits) {
  const found = troubleOf([...new Set(hits.flatMap(({ components }) => components))]);
  if (!found) return "";
  const text = make("span", "wp-now__text", make("b", ""), " ", make("span", ""));
  const line = make("p", "wp-notice wp-search__trouble", make("i", "wp-dot"), text, make("a", ""));
  fillNotice(line, tell(found, known.view));
  return line;
}

/** Say in a few words what was found, for those who hear it. */
export function work({ state, hits, question }) {
  if (state === "failed") return say("search.failed");
  return state === "none" ? say("search.none", { question: question.trim() }) : say("search.count", { count: hits.length });
}

function categories(list) {
  const links = list.map(({ title, url }) => {
    const link = make("a", "", title);
    link.href = helpPage(url);
    return make("li", "", link);
  });
  return links.length ? make("ul", "wp-search__topics", ...links) : "";
}

/** Say that there is no answer, and which topics are nearest. */
export function nothing({ question, nearest }) {
  const lead = make("p", "wp-search__lead", ...strong((value) => say("search.none", { question: value }), question.trim()));
  return make("div", "wp-search__nothing", lead, nearest.length ? make("p", "wp-search__hint", say("search.nearest")) : "", categories(nearest));
}

/** Say that the search could not be loaded, and offer another try and the topics. */
export function failure({ nearest }, tryAgain) {
  const again = make("button", "wp-button wp-button--quiet", say("search.again"));
  again.type = "button";
  again.addEventListener("click", tryAgain);
  const browse = { title: say("search.browse"), url: `${helpRoot}#topics` };
  const lead = make("p", "wp-search__lead", say("search.failed"));
  return make("div", "wp-search__nothing", lead, make("p", "wp-search__hint", say("search.failed_hint")), categories(nearest.length ? nearest : [browse]), again);
}

/** The address of the way to a person, who gets the question; empty where there is none. */
export function personAddress(question) {
  if (!search.person) return "";
  const target = new URL(helpPage(search.person));
  // Half of a character, as a cut may leave it, is no part of an address.
  const asked = question.trim().slice(0, LONGEST).replace(/\p{Surrogate}/gu, "");
  if (asked && search.takesQuestion) target.searchParams.set("q", asked);
  return target.href;
}

/** Below every answer: what was asked instead, and the way to a person. */
export function foot(answer, taken) {
  const { state, corrected, question } = answer;
  const text = make("span", "wp-search__others");
  if (corrected && state === "found") text.append(...strong((value) => say("search.corrected", { question: value }), corrected), " ");
  const address = personAddress(question);
  if (address && state === "found") text.append(say("search.others"));
  if (address && state !== "found" && search.takesQuestion) text.append(say("search.goes_along"));
  if (!address) return text.hasChildNodes() ? make("div", "wp-search__foot", text) : "";
  const link = make("a", state === "found" ? "wp-button wp-button--quiet" : "wp-button", say("search.person"));
  link.href = address;
  link.addEventListener("click", taken);
  return make("div", "wp-search__foot", text, link);
}
