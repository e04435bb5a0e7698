// Shows the present state of the service on any page, from the small file status/now.json.
// Where that file cannot be had or is old, it says so: never a stale green.
import { statusPage } from "./page.js";
import { presentOf } from "./present.js";
import { put } from "./put.js";
import { ago, say } from "./say.js";

const EVERY = 30_000;

const listeners = [showPill, showNotice, showFreshness];
let last = null;
// A cache may hold the old page for a while: a page that was just loaded waits a round before it loads again.
let mayReload = false;

/** Call a function with the present (see present.js) and its view, now if it is there and whenever it was read again. */
export function whenKnown(listener) {
  listeners.push(listener);
  if (last) tell(listener);
}

function tell(listener) {
  try {
    listener(last, judge(last, Date.now()));
  } catch (error) {
    // One part of a page that fails must not take the others with it.
    reportError(error);
  }
}

/** Turn the file into what is shown: a state, a sentence, and how old it is. */
export function judge(now, clock) {
  const age = now.checked_at ? clock - Date.parse(now.checked_at) : NaN;
  const isStale = Number.isFinite(age) && age > now.stale_after * 1000;
  if (isStale) {
    const detail = say("now.last_checked", { ago: ago(age) });
    return { status: "no_data", sentence: say("now.unknown"), detail, isStale, age };
  }
  return { status: now.status, sentence: now.headline || say("now.unknown"), detail: now.detail, isStale, age };
}

/** Say in two or three words how things are. */
export function brief(view, now) {
  if (view.isStale || view.status === "no_data") return say("now.unknown");
  if (view.status === "operational") return say(now.incidents.length ? "now.notice" : "now.working");
  const hit = Object.values(now.components).filter((component) => component.status === view.status);
  if (!hit.length) return briefest(view, now);
  const word = view.status === "under_maintenance" ? "planned" : "trouble";
  return hit.length === 1 ? say(`now.one_${word}`, { name: hit[0].name }) : say(`now.some_${word}`, { count: hit.length });
}

/** Say in a word or two how things are, for the header of a phone. */
function briefest(view, now) {
  if (view.isStale || view.status === "no_data") return say("now.unknown_short");
  if (view.status === "operational") return say(now.incidents.length ? "now.notice" : "now.working");
  return say(view.status === "under_maintenance" ? "now.planned" : "now.trouble");
}

function showPill(now, view) {
  for (const pill of document.querySelectorAll(".wp-pill")) {
    pill.dataset.status = view.status;
    const text = pill.querySelector(".wp-pill__text");
    put(text, brief(view, now));
    text.dataset.short = briefest(view, now);
  }
}

function showNotice(now, view) {
  const notice = document.querySelector("[data-wp-notice]");
  if (!notice) return;
  const calm = !view.isStale && view.status === "operational" && !now.incidents.length;
  const path = now.incidents.length && !view.isStale ? now.incidents[0].path : "";
  const detail = calm && Number.isFinite(view.age) ? `${say("now.checked", { ago: ago(view.age) })}.` : view.detail;
  fillNotice(notice, { status: calm ? "operational" : view.status, calm, title: `${view.sentence}.`, detail, path, link: say(path ? "now.follow" : "now.see") });
}

/** Fill a line of the present: what is so, since when, and where to read on. */
export function fillNotice(notice, { status, calm, title, detail, path, link }) {
  notice.dataset.status = status;
  notice.classList.toggle("wp-now--calm", calm);
  put(notice.querySelector("b"), title);
  put(notice.querySelector("span span"), detail);
  const anchor = notice.querySelector("a");
  anchor.href = statusPage(path);
  put(anchor, link);
}

function showFreshness(now, view) {
  const checked = document.querySelector("[data-wp-checked]");
  if (Number.isFinite(view.age)) put(checked, say("now.checked", { ago: ago(view.age) }));
  const stale = document.querySelector("[data-wp-stale]");
  if (!stale) return;
  stale.hidden = !view.isStale;
  if (view.isStale) showOld(view, stale);
  // Something new was said or found since this page was made, or checks run again: show it.
  const root = document.documentElement.dataset;
  const isOutdated = (root.wpChanged && now.changed_at > root.wpChanged) || (root.wpOld && !view.isStale);
  if (isOutdated && mayReload) location.reload();
}

/** Take back what was true when it was last checked and is not known to be true now. */
function showOld(view, stale) {
  put(stale.querySelector("b"), say("now.old", { ago: ago(view.age) }));
  document.documentElement.dataset.wpOld = "yes";
  for (const part of document.querySelectorAll(".wp-state, .wp-component__row")) part.dataset.status = "no_data";
  const state = document.querySelector(".wp-state");
  if (!state) return;
  put(state.querySelector("h1"), view.sentence);
  put(state.querySelector(".wp-state__mark"), "?");
}

/** Without the file, the page still knows when it was checked. */
function showAge() {
  const { wpCheckedAt, wpStaleAfter } = document.documentElement.dataset;
  const stale = document.querySelector("[data-wp-stale]");
  if (!wpCheckedAt || !stale) return;
  const own = { checked_at: wpCheckedAt, stale_after: Number(wpStaleAfter), incidents: [] };
  const view = judge(own, Date.now());
  stale.hidden = !view.isStale;
  if (view.isStale) showOld(view, stale);
}

async function refresh() {
  try {
    const answer = await fetch(statusPage("now.json"), { cache: "no-cache" });
    if (!answer.ok) throw new Error(String(answer.status));
    last = presentOf(await answer.json()) ?? last;
  } catch {
    // What was heard last stands until it is too old.
  }
  if (!last) showAge();
  if (last) listeners.forEach(tell);
  mayReload = true;
}

if (document.querySelector("[data-wp-now]")) {
  refresh();
  setInterval(() => document.hidden || refresh(), EVERY);
}
