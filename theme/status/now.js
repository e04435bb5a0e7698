// Shows the present state of the service on any page, from the small file status/now.json.
// Where that file cannot be had or is old, it says so: never a stale green.
import { statusPage } from "./page.js";
import { presentOf } from "./present.js";
import { put } from "./put.js";
import { ago, say } from "./say.js";

const EVERY = 30_000;

const listeners = [showPill, showNotice];
const mourners = [];
let last = null;

/** Call a function with the present (see present.js) and its view, now if it is there and whenever it was read again. */
export function whenKnown(listener) {
  listeners.push(listener);
  if (last) notify(listener);
}

/** Call a function whenever the file could not be had and never was. */
export function whenLost(listener) {
  mourners.push(listener);
}

function notify(listener) {
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

async function refresh() {
  try {
    const answer = await fetch(statusPage("now.json"), { cache: "no-cache" });
    if (!answer.ok) throw new Error(String(answer.status));
    last = presentOf(await answer.json()) ?? last;
  } catch {
    // The last answer stands until it is too old.
  }
  if (last) listeners.forEach(notify);
  else mourners.forEach((listener) => listener());
}

if (document.querySelector("[data-wp-now]")) {
  refresh();
  setInterval(() => document.hidden || refresh(), EVERY);
}
