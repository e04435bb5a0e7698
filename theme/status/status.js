// Keeps an open status page true without loading it again: sentence, states and incidents come from now.json at
// once, and where something new was said, the live parts are taken from the page as it is published now.
import { judge, whenKnown, whenLost } from "./now.js";
import { statusPage } from "./page.js";
import { put } from "./put.js";
import { ago, say } from "./say.js";
import { dressBars, holdDay, isBar } from "./status_days.js";
import { dress } from "./status_due.js";
import { showChosen } from "./status_mine.js";
import { STATUSES } from "./words.js";

/** What the circle beside the sentence draws; publishing/pages/filters.py holds the same. */
const MARKS = { operational: "M5 12.5l4.5 4.5L19 7.5", under_maintenance: "M12 6v6l4 3", no_data: "M6 12h12" };
const ALARM = "M12 5v9M12 19v.01";
const SVG = "http://www.w3.org/2000/svg";

const root = document.documentElement.dataset;
const find = (selector) => document.querySelector(selector);
/** When there was last something new to say, as far as this page shows it; empty where the page does not know. */
let shown = root.wpChanged ?? "";

function show(now, view) {
  const checked = find("[data-wp-checked]");
  if (Number.isFinite(view.age)) put(checked, say("now.checked", { ago: ago(view.age) }));
  if (view.isStale) return showOld(view);
  const stale = find("[data-wp-stale]");
  if (stale) stale.hidden = true;
  showState(view);
  showComponents(now.components);
  showIncidents(now.incidents);
  // A page that does not say how old it is was just loaded; from then on it follows the file.
  if (!shown) shown = now.changed_at;
  if (now.changed_at > shown) renew(now.changed_at);
}

function showState({ status, sentence, detail }) {
  const state = find(".wp-state");
  if (!state) return;
  put(state.querySelector("h1"), sentence);
  put(state.querySelector("[data-wp-detail]"), detail);
  if (state.dataset.status === status && !state.dataset.wpOld) return;
  delete state.dataset.wpOld;
  state.dataset.status = status;
  state.querySelector(".wp-state__mark").replaceChildren(mark(status));
}

function mark(status) {
  const drawing = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  drawing.setAttribute("viewBox", "0 0 24 24");
  path.setAttribute("d", MARKS[status] ?? ALARM);
  drawing.append(path);
  return drawing;
}

function showComponents(components) {
  for (const row of document.querySelectorAll("[data-wp-component]")) {
    const id = row.dataset.wpComponent;
    if (!Object.hasOwn(components, id)) continue;
    const { status } = components[id];
    row.dataset.status = status;
    put(row.querySelector(".wp-component__state"), say(`status.state.${status}`));
  }
  for (const heading of document.querySelectorAll("[data-wp-worst]")) {
    const states = [...heading.parentElement.querySelectorAll("[data-wp-component]")].map((row) => row.dataset.status);
    const worst = STATUSES.findLast((status) => states.includes(status)) ?? "no_data";
    // A part that is well says nothing of the rest, of which nothing is known.
    const isHalfKnown = worst === "operational" && states.includes("no_data");
    heading.dataset.status = isHalfKnown ? "no_data" : worst;
    const word = isHalfKnown ? "" : say(`status.state.${worst}`);
    put(heading.querySelector(".wp-component__state"), word);
  }
}

/** Drop what is over and add what is new, with what the file tells of it. */
function showIncidents(incidents) {
  const news = find('[data-wp-live="news"]');
  if (!news) return;
  const panels = [...news.querySelectorAll("[data-wp-incident]")];
  const pathOf = (panel) => `incidents/${panel.dataset.wpIncident}/`;
  for (const panel of panels) if (!incidents.some(({ path }) => path === pathOf(panel))) panel.remove();
  const missing = incidents.filter(({ path }) => path && !panels.some((panel) => path === pathOf(panel)));
  news.prepend(...missing.map(panelOf));
}

function panelOf({ title, path, impact, started_at: started }) {
  const panel = make("section", "wp-panel");
  panel.dataset.wpIncident = path.split("/")[1] ?? "";
  const head = make("div", "wp-panel__head");
  const tag = make("span", "wp-tag");
  tag.dataset.tone = impact;
  put(tag, say(`status.impact.${impact}`));
  const heading = make("h3");
  const link = make("a");
  link.href = statusPage(path);
  put(link, title);
  heading.append(link);
  head.append(tag, heading);
  if (started) {
    const began = make("span", "wp-panel__time");
    const past = ago(Date.now() - Date.parse(started));
    put(began, say("status.began", { ago: past }));
    head.append(began);
  }
  panel.append(head);
  return panel;
}

function make(name, className = "") {
  const element = document.createElement(name);
  if (className) element.className = className;
  return element;
}

/** Take back what was true when it was last checked and is not known to be true now. */
function showOld(view, words = say("now.old", { ago: ago(view.age) })) {
  const stale = find("[data-wp-stale]");
  if (!stale) return;
  stale.hidden = false;
  put(stale.querySelector("b"), words);
  for (const part of document.querySelectorAll(".wp-state, [data-wp-component], [data-wp-worst]")) part.dataset.status = "no_data";
  const state = find(".wp-state");
  if (!state) return;
  state.dataset.wpOld = "yes";
  put(state.querySelector("h1"), view.sentence);
  put(state.querySelector("[data-wp-detail]"), "");
  put(state.querySelector(".wp-state__mark"), "?");
}

/** Without the file, the front page still knows when it was checked; the others know nothing of the present. */
function showLost() {
  if (!root.wpCheckedAt) return root.wpChanged ? undefined : showOld({}, say("status.lost"));
  const own = { checked_at: root.wpCheckedAt, stale_after: Number(root.wpStaleAfter), incidents: [] };
  const view = judge(own, Date.now());
  return view.isStale ? showOld(view) : undefined;
}

/** Bring the live parts up to date with the page as it is published now; a cache may hold an old one for a while. */
async function renew(changed) {
  try {
    const answer = await fetch(location.pathname, { cache: "no-cache" });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const made = page.documentElement.dataset.wpChanged ?? changed;
    if (made < changed || !page.querySelector("[data-wp-live]")) return;
    const parts = [...document.querySelectorAll("[data-wp-live]")];
    // Whoever reads with the keyboard must not lose the place: the next round tries again.
    const { activeElement } = document;
    if (!isBar(activeElement) && parts.some((part) => part.contains(activeElement))) return;
    for (const part of parts) replace(part, page.querySelector(`[data-wp-live="${part.dataset.wpLive}"]`));
    shown = made;
  } catch {
    // The next round tries again; what the file told stands.
  }
}

function replace(part, fresh) {
  if (!fresh) return;
  const open = [...part.querySelectorAll("details")].map((details) => details.open);
  const takeUp = holdDay(part);
  part.replaceChildren(...document.importNode(fresh, true).childNodes);
  [...part.querySelectorAll("details")].forEach((details, place) => { details.open = open[place] ?? details.open; });
  dress(part);
  showChosen();
  dressBars(part);
  takeUp();
}

dress(document);
dressBars(document);
setInterval(() => document.hidden || dress(document), 30_000);
whenLost(showLost);
whenKnown(show);
