// Makes each bar of days answer: a pointer, a finger and the keyboard open the panel of a day, which says what
// happened. Its words are those of the list of days on the page; without scripts there is that list.
import { statusPage } from "./page.js";
import { locale, say } from "./say.js";

/** The patterns that a bar is drawn with; publishing/pages/charts.py holds the same. */
const PATTERNS = {
  ok: "operational", ga: "operational", de: "degraded_performance", pa: "partial_outage", ma: "major_outage",
  un: "under_maintenance", no: "no_data",
};
/** Where only half of the days are shown; status.css holds the same. */
const narrow = matchMedia("(max-width: 720px)");
const weekday = new Intl.DateTimeFormat(locale, { weekday: "long", day: "numeric", month: "long", timeZone: "UTC" });

const panel = make("div", "wp-day");
/** The bar whose panel is open, and whether that stays when the pointer leaves it. */
let open = null;
let isPinned = false;

function make(name, className = "", text = "") {
  const element = document.createElement(name);
  if (className) element.className = className;
  element.textContent = text;
  return element;
}

/** Tell whether an element is a bar that a person may be reading. */
export const isBar = (element) => Boolean(element?.matches(".wp-track__days"));

const idOf = (bar) => bar.parentElement.dataset.wpBar;
const barOf = (part, id) => part.querySelector(`[data-wp-bar="${CSS.escape(id)}"] .wp-track__days`);

/** The day at a place of a bar, counted from the oldest, as 2026-11-20. */
function dayAt(bar, place) {
  const last = Date.parse(bar.parentElement.dataset.wpLast);
  return new Date(last - (bar.max - place) * 86_400_000).toISOString().slice(0, 10);
}

const placeOf = (bar, day) => Number(bar.max) - Math.round((Date.parse(bar.parentElement.dataset.wpLast) - Date.parse(day)) / 86_400_000);

/** The pattern of a day, read off the strokes of the drawing: each moves (M, m) and draws (h) by whole days. */
function patternAt(bar, place) {
  for (const path of bar.parentElement.querySelectorAll("path")) {
    let at = 0;
    for (const [, kind, length] of path.getAttribute("d").matchAll(/([Mmh])(\d+)/g)) {
      if (kind === "h" && place >= at && place < at + Number(length)) return path.getAttribute("stroke").slice(7, 9);
      at += Number(length);
    }
  }
  return "no";
}

/** What there is to say of a day: its state, and elements for the panel. */
function contentOf(bar, place) {
  const day = dayAt(bar, place);
  const list = document.querySelector(`[data-wp-days="${CSS.escape(idOf(bar))}"]`);
  const row = list?.querySelector(`[data-wp-day="${day}"]`);
  if (row) return { status: row.dataset.status, parts: [...row.cloneNode(true).children] };
  const status = PATTERNS[patternAt(bar, place)];
  const parts = [make("span", "wp-dot"), make("b", "", weekday.format(new Date(day)))];
  // A long list ends before its oldest days: of those, the page of the component says more than the drawing.
  const isCut = day < (list?.querySelector("[data-wp-earlier]")?.dataset.wpEarlier ?? "");
  if (status !== "operational" || isCut) parts.push(make("p", "", say(`status.state.${status}`)));
  else parts.push(make("p", "", say(place < bar.max ? "status.days.well" : "status.days.well_so_far")));
  if (isCut) {
    const more = make("a", "", say("status.days.more", { name: nameOf(bar) }));
    more.href = statusPage(`components/${idOf(bar)}/#days`);
    parts.push(more);
  }
  return { status, parts };
}

function nameOf(bar) {
  const row = document.querySelector(`[data-wp-component="${CSS.escape(idOf(bar))}"]`);
  return row?.querySelector("b, h1").textContent ?? idOf(bar);
}

/** Choose a day of a bar, and say it to those who hear the page. */
function choose(bar, place) {
  bar.value = place;
  const content = contentOf(bar, bar.valueAsNumber);
  bar.setAttribute("aria-valuetext", content.parts.map((part) => part.textContent).filter(Boolean).join(". "));
  return content;
}

function show(bar, place, pin) {
  const { status, parts } = choose(bar, place);
  panel.dataset.status = status;
  panel.replaceChildren(...parts);
  const shown = bar.max - bar.min + 1;
  panel.style.setProperty("--at", (bar.value - bar.min + 0.5) / shown);
  if (open !== bar) {
    close();
    bar.after(panel);
    bar.dataset.open = "";
    open = bar;
  }
  isPinned = pin;
  if (pin) panel.scrollIntoView({ block: "nearest" });
}

function close() {
  panel.remove();
  if (open) delete open.dataset.open;
  open = null;
  isPinned = false;
}

/** The place of the day nearest to a pointer. */
function placeAt(bar, { clientX }) {
  const { left, width } = bar.getBoundingClientRect();
  const share = Math.min(Math.max((clientX - left) / width, 0), 0.9999);
  return Number(bar.min) + Math.floor(share * (bar.max - bar.min + 1));
}

/** Lay a slider over each drawing of a part: one stop of the keyboard, of which each step is a day. */
export function dressBars(part) {
  for (const track of part.querySelectorAll("[data-wp-bar]")) {
    if (track.querySelector(".wp-track__days")) continue;
    const bar = make("input", "wp-track__days");
    bar.type = "range";
    bar.max = Math.round(track.querySelector("svg").viewBox.baseVal.width) - 1;
    track.append(bar);
    bar.setAttribute("aria-label", say("status.days.choose", { name: nameOf(bar) }));
    narrowTo(bar);
    choose(bar, bar.max);
    listen(track, bar);
  }
}

function narrowTo(bar) {
  bar.min = narrow.matches ? (Number(bar.max) + 1) / 2 : 0;
}

function listen(track, bar) {
  bar.addEventListener("input", () => show(bar, bar.value, true));
  // Not every browser moves a slider to where it was touched; a click without a pointer opens what is chosen.
  bar.addEventListener("click", (event) => show(bar, event.detail ? placeAt(bar, event) : bar.value, true));
  bar.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    if (open === bar && isPinned) close();
    else show(bar, bar.value, true);
  });
  bar.addEventListener("pointermove", (event) => {
    if (event.pointerType === "mouse" && !isPinned) show(bar, placeAt(bar, event), false);
  });
  // The panel is a part of the track: a pointer may go into it, to follow a link.
  track.addEventListener("pointerleave", () => {
    if (open === bar && !isPinned) close();
  });
  track.addEventListener("focusout", ({ relatedTarget }) => {
    if (open === bar && relatedTarget && !track.contains(relatedTarget)) close();
  });
}

/** Remember what a person reads in a part that is about to be replaced; what is returned takes it up again. */
export function holdDay(part) {
  const focused = isBar(document.activeElement) && part.contains(document.activeElement) ? document.activeElement : null;
  const held = [focused, open].map((bar) => bar && part.contains(bar) && { id: idOf(bar), day: dayAt(bar, bar.value) });
  const wasPinned = isPinned;
  if (held[1]) close();
  return () => {
    const [chosen, shown] = held.map((item) => item && barOf(part, item.id));
    if (chosen) {
      choose(chosen, placeOf(chosen, held[0].day));
      chosen.focus({ preventScroll: true });
    }
    if (shown) show(shown, placeOf(shown, held[1].day), wasPinned);
  };
}

document.addEventListener("keydown", ({ key }) => {
  if (key !== "Escape" || !open) return;
  if (panel.contains(document.activeElement)) open.focus();
  close();
});
document.addEventListener("pointerdown", ({ target }) => {
  if (open && !open.parentElement.contains(target)) close();
});
narrow.addEventListener("change", () => {
  close();
  for (const bar of document.querySelectorAll(".wp-track__days")) {
    narrowTo(bar);
    choose(bar, bar.value);
  }
});
