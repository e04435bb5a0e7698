// What is new on an open status page, without moving what its reader sees: a part whose height would change waits
// behind a bar, which names new incidents at once and stands over the page instead of within it.
import { statusPage } from "./page.js";
import { put, putAll } from "./put.js";
import { say } from "./say.js";
import { dressBars, holdDay, isBar } from "./status_days.js";
import { dress } from "./status_due.js";
import { showChosen } from "./status_mine.js";

/** How many pixels may move without being felt. */
const STILL = 8;
/** How many incidents the bar names; the page has them all. */
const NAMED = 3;

const bar = make("aside", "wp-news");
const list = make("div", "wp-news__list");
const button = make("button", "wp-button");
/** The parts that wait to be shown, each with what it will hold. */
const waiting = new Map();

bar.hidden = true;
bar.setAttribute("role", "status");
button.type = "button";
bar.append(list, button);
button.addEventListener("click", showAll);

function make(name, className = "") {
  const element = document.createElement(name);
  if (className) element.className = className;
  return element;
}

/** Name the incidents that the page does not show yet. */
export function name(incidents) {
  putAll(list, incidents.slice(0, NAMED).map(panelOf));
  showBar();
}

function panelOf({ title, path, impact }) {
  const panel = make("section", "wp-panel__head");
  panel.dataset.wpIncident = path.split("/")[1] ?? "";
  const tag = make("span", "wp-tag");
  tag.dataset.tone = impact;
  put(tag, say(`status.impact.${impact}`));
  const heading = make("h3");
  const link = make("a");
  link.href = statusPage(path);
  put(link, title);
  heading.append(link);
  panel.append(tag, heading);
  return panel;
}

function showBar() {
  put(button, say(list.childElementCount ? "status.show" : "status.show_news"));
  button.hidden = !waiting.size;
  bar.hidden = !waiting.size && !list.childElementCount;
  if (!bar.isConnected) document.querySelector("main")?.prepend(bar);
}

/** Bring a part up to date, at once where nothing moves that its reader sees, and otherwise when they ask for it. */
export function renewPart(part, fresh) {
  if (isReplaced(part, fresh)) waiting.delete(part);
  else waiting.set(part, fresh);
  showBar();
}

/** Try again what waits: its reader may have moved on. */
export function renewWaiting() {
  for (const [part, fresh] of waiting) renewPart(part, fresh);
}

function isReplaced(part, fresh) {
  // Whoever reads with the keyboard must not lose the place.
  const { activeElement } = document;
  if (part !== activeElement && part.contains(activeElement) && !isBar(activeElement)) return false;
  const { top, bottom, height } = part.getBoundingClientRect();
  const before = [...part.childNodes];
  const takeUp = replace(part, fresh);
  // The browser keeps the place of its reader while something changes above the window.
  const isStill = bottom <= 0 || top >= innerHeight || Math.abs(part.getBoundingClientRect().height - height) <= STILL;
  if (!isStill) part.replaceChildren(...before);
  takeUp();
  return isStill;
}

/** Replace a part; return what takes up the day of a bar again that its reader had opened. */
function replace(part, fresh) {
  const takeUp = holdDay(part);
  const open = [...part.querySelectorAll("details")].map((details) => details.open);
  const checked = part.querySelector("[data-wp-checked]")?.textContent;
  part.replaceChildren(...document.importNode(fresh, true).childNodes);
  [...part.querySelectorAll("details")].forEach((details, place) => { details.open = open[place] ?? details.open; });
  if (checked) put(part.querySelector("[data-wp-checked]"), checked);
  dress(part);
  showChosen();
  dressBars(part);
  return takeUp;
}

function showAll() {
  const [first] = waiting.keys();
  for (const [part, fresh] of waiting) replace(part, fresh)();
  waiting.clear();
  name([]);
  first.tabIndex = -1;
  first.focus();
}
