// Keeps an open status page true without loading it again: sentence, states and incidents come from now.json at
// once, and where something new was said, the live parts are taken from the page as it is published now, without
// moving what its reader sees (status_news.js).
import { judge, whenKnown, whenLost } from "./now.js";
import { put } from "./put.js";
import { ago, say } from "./say.js";
import { dressBars } from "./status_days.js";
import { dress } from "./status_due.js";
import "./status_mine.js";
import { name, renewPart, renewWaiting } from "./status_news.js";
import { STATUSES } from "./words.js";

/** What the circle beside the sentence draws; publishing/pages/filters.py holds the same. */
const MARKS = { operational: "M5 12.5l4.5 4.5L19 7.5", under_maintenance: "M12 6v6l4 3", no_data: "M6 12h12" };
const ALARM = "M12 5v9M12 19v.01";
const SVG = "http://www.w3.org/2000/svg";

const root = document.documentElement.dataset;
const find = (selector) => document.querySelector(selector);
/** When there was last something new to say, as far as this page shows it; empty where the page does not know. */
let shown = root.wpChanged ?? "";

async function show(now, view) {
  const checked = find("[data-wp-checked]");
  if (Number.isFinite(view.age)) put(checked, say("now.checked", { ago: ago(view.age) }));
  if (view.isStale) return showOld(view);
  const stale = find("[data-wp-stale]");
  if (stale) stale.hidden = true;
  showState(view);
  showComponents(now.components);
  showBadges(now);
  // A page that does not say how old it is was just loaded; from then on it follows the file.
  if (!shown) shown = now.changed_at;
  if (now.changed_at > shown) await renew(now);
  else renewWaiting();
  showIncidents(now.incidents);
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

/** A browser keeps the picture that it has, also in a part that was replaced: only another address brings a new one. */
function showBadges(now) {
  for (const badge of document.querySelectorAll("[data-wp-badge]")) {
    const id = badge.dataset.wpBadge;
    const { status } = Object.hasOwn(now.components, id) ? now.components[id] : now;
    const address = `${badge.src.split("?")[0]}?${status}-${now.changed_at}`;
    if (badge.src !== address) badge.src = address;
  }
}

/** Say what is over where it stands, and name what is new. */
function showIncidents(incidents) {
  const news = find('[data-wp-live="news"]');
  if (!news) return;
  const panels = [...news.querySelectorAll("[data-wp-incident]")];
  const pathOf = (panel) => `incidents/${panel.dataset.wpIncident}/`;
  for (const panel of panels) if (!incidents.some(({ path }) => path === pathOf(panel))) showOver(panel);
  name(incidents.filter(({ path }) => path && !panels.some((panel) => path === pathOf(panel))));
}

function showOver(panel) {
  const tag = panel.querySelector(".wp-tag");
  delete panel.dataset.wpIncident;
  tag.dataset.tone = "resolved";
  put(tag, say("status.over"));
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
async function renew(now) {
  const changed = now.changed_at;
  try {
    const answer = await fetch(location.pathname, { cache: "no-cache", signal: AbortSignal.timeout(5_000) });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const made = page.documentElement.dataset.wpChanged ?? changed;
    if (made < changed || !page.querySelector("[data-wp-live]")) return;
    for (const part of document.querySelectorAll("[data-wp-live]")) {
      const fresh = page.querySelector(`[data-wp-live="${part.dataset.wpLive}"]`);
      if (fresh) renewPart(part, fresh);
    }
    // A cache may have given a page of before: the states are those of the file.
    showComponents(now.components);
    showBadges(now);
    shown = made;
  } catch {
    // The next round tries again; what the file told stands.
  }
}

dress(document);
dressBars(document);
setInterval(() => document.hidden || dress(document), 30_000);
whenLost(showLost);
whenKnown(show);
