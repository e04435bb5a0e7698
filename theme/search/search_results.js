// What an answer of the search looks like, below a box and on the page of the search.
import { story, tell } from "./aware.js";
import { whenKnown } from "./now.js";
import { helpPage, helpRoot, search, statusPage } from "./page.js";
import { say } from "./say.js";
import { make, marked, strong } from "./search_text.js";

const LONGEST = 300;
/** Of so many results, what is wrong with their components stands above them. */
const FIRST = 3;
/** What the addresses of status pages begin with in the index, wherever they are. */
const OF_STATUS = "status/";
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
  const found = story(known.now, [...new Set(components)]);
  return found && found.topic !== "calm" && found.topic !== "unknown" ? found : null;
}

/** What goes on now, for `ask`: [{components, name, title}], each a component with what it is called, or something with its title. */
export function events() {
  if (!known || known.view.isStale) return [];
  const { components, incidents, maintenances } = known.now;
  const ids = Object.keys(components).filter((id) => troubleOf([id]));
  const titled = [...incidents, ...maintenances].map((item) => ({ components: item.components, name: "", title: item.title }));
  return [...ids.map((id) => ({ components: [id], name: components[id].name, title: "" })), ...titled];
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
  const meta = [hit.place.join(" › "), say(`search.kind.${hit.kind}`), hit.article, hit.section].filter(Boolean).join(" · ");
  const href = hit.url.startsWith(OF_STATUS) ? statusPage(hit.url.slice(OF_STATUS.length)) : helpPage(hit.url);
  return { href, title, meta, passage: marked(hit.passage) };
}

/** Make a link to what is wrong with what a question is about, or with what its first results depend on or tell of; null where nothing is. */
export function eventLink({ hits, events: asked }) {
  const everything = hits[0]?.url === OF_STATUS ? Object.keys(known?.now.components ?? {}) : [];
  const found = troubleOf(asked) ?? troubleOf([...everything, ...hits.slice(0, FIRST).flatMap(({ components }) => components)]);
  if (!found) return null;
  const { status, title, detail, path, link: follow } = tell(found, known.view);
  const text = make("small", "", detail, detail ? " " : "", make("span", "wp-search__follow", follow));
  const link = make("a", "wp-hit wp-notice wp-search__trouble", make("b", "wp-hit__title", title), " ", text);
  link.dataset.status = status;
  link.href = statusPage(path);
  return link;
}

/** What was said last of the incident that some components are in; null where there is none. */
export function incidentQuote(components) {
  const path = troubleOf(components)?.path;
  const incident = path ? known.now.incidents.find((item) => item.path === path) : null;
  return incident?.update ? { parts: [[incident.update, false]], title: incident.title, href: statusPage(path) } : null;
}

/** Say in a few words what was found, for those who hear it. */
export function work({ state, hits, question, quote }) {
  if (state === "failed") return say("search.failed");
  if (state === "nothing") return say("search.none", { question: question.trim() });
  const count = say("search.count", { count: hits.length });
  const before = state === "unsure" ? say("search.unsure") : (quote?.parts ?? []).map(([text]) => text).join("");
  return before ? `${before} ${count}` : count;
}

function categories(list) {
  const links = list.map(({ title, url }) => {
    const link = make("a", "", title);
    link.href = helpPage(url);
    return make("li", "", link);
  });
  return links.length ? make("ul", "wp-search__topics", ...links) : "";
}

/** Say that nothing answers for sure, and lead to a person; what is nearest stands below. `taken` is called by who goes there. */
export function doubt({ question }, taken) {
  const lead = make("b", "wp-search__lead", say("search.unsure"));
  const link = personLink(question, say("search.person"), taken);
  const hint = link && search.takesQuestion ? make("span", "wp-search__hint", say("search.unsure_person")) : "";
  return make("div", "wp-search__doubt", make("p", "", lead, " ", hint), link);
}

/** What stands above results of which none answers for sure. */
export const nearestLine = () => make("p", "wp-search__nearest", say("search.unsure_nearest"));

/** Say that there is no answer, and which topics there are. */
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

/** Make the link to a person; empty where there is none. `taken` is called by who goes there. */
export function personLink(question, text, taken, className = "wp-button") {
  const address = personAddress(question);
  if (!address) return "";
  const link = make("a", className, text);
  link.href = address;
  link.addEventListener("click", taken);
  return link;
}

/** Say what was asked instead, and offer to ask for the words as they were typed; nothing where they were understood. */
export function correction({ corrected, question }, again) {
  if (!corrected) return "";
  const button = make("button", "", ...strong((value) => say("search.as_typed", { question: value }), question.trim()));
  button.type = "button";
  button.addEventListener("click", () => again({ asTyped: true }));
  return make("p", "wp-search__corrected", ...strong((value) => say("search.corrected", { question: value }), corrected), " ", button);
}

/** Below an answer, the way to a person; nothing where there is none. */
export function foot({ state, question }, taken) {
  const isQuiet = state === "answer" || state === "unsure";
  const link = personLink(question, say("search.person"), taken, isQuiet ? "wp-button wp-button--quiet" : "wp-button");
  const goesAlong = search.takesQuestion ? say("search.goes_along") : "";
  return link && make("div", "wp-search__foot", make("span", "wp-search__others", isQuiet ? say("search.others") : goesAlong), link);
}
