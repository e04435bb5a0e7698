// Turns times into what they mean for the reader: the same moment in the reader's zone, and whether a promised
// update is overdue.
import { put } from "./put.js";
import { locale, moment, say } from "./say.js";

const clock = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" });

/** Say a span in its largest unit, rounded down: 12 minutes, 3 hours. */
export function span(milliseconds) {
  const minutes = Math.max(1, Math.floor(milliseconds / 60_000));
  if (minutes < 60) return say("status.span.minutes", { count: minutes });
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? say("status.span.hours", { count: hours }) : say("status.span.days", { count: Math.floor(hours / 24) });
}

/** Say how a promise stands at a moment: due in a while, or overdue. */
export function promise(due, now) {
  const late = now - due;
  // Within the minute it is neither: pages and clocks are not that exact.
  if (Math.abs(late) < 60_000) return "";
  return late > 0 ? say("status.overdue", { span: span(late) }) : say("status.due", { span: span(-late) });
}

/** Say a moment in the reader's zone beside how the page says it: nothing where that is the same, the day only where it is another. */
export function inZone(text, at) {
  const time = clock.format(at);
  if (text.includes(time)) return "";
  const days = text.replace(/\d+:\d+/g, "").match(/\d+/g) ?? [];
  return days.includes(String(at.getDate())) ? time : moment(at);
}

/** Say a window in the reader's zone: when it begins, as `inZone` says it, and when it ends, with its day where that is another. */
function until(start, at, end) {
  return `${start}–${at.toDateString() === end.toDateString() ? clock.format(end) : moment(end)}`;
}

/** Dress the times of a page or of a part of it; doing it again changes only what time has changed. */
export function dress(part) {
  for (const line of part.querySelectorAll("[data-wp-due]")) {
    const due = Date.parse(line.dataset.wpDue);
    if (!Number.isFinite(due)) continue;
    put(line.querySelector("[data-wp-due-note]"), promise(due, Date.now()));
    line.classList.toggle("wp-due--late", Date.now() - due >= 60_000);
  }
  for (const time of part.querySelectorAll(".wp-main time[datetime]:not([data-wp-yours])")) {
    const at = new Date(time.dateTime);
    if (Number.isNaN(at.getTime())) continue;
    time.dataset.wpYours = "";
    const end = new Date(time.dataset.wpUntil ?? "");
    const start = inZone(time.textContent, at);
    const yours = start && !Number.isNaN(end.getTime()) ? until(start, at, end) : start;
    if (!yours) continue;
    const note = document.createElement("span");
    note.className = "wp-yours";
    put(note, say("status.yours", { time: yours }));
    time.append(" ", note);
  }
}
