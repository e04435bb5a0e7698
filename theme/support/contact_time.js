// Moments in words, for a reader in one time zone and an office in another.
import { midnightOf, offset, spanOf, wallClock } from "./hours.js";
import { language, say } from "./say.js";

const DAY = 86_400_000;
const MINUTE = 60_000;

function named(wall, options) {
  return new Intl.DateTimeFormat(language, { timeZone: "UTC", ...options }).format(wall);
}

const two = (number) => String(number).padStart(2, "0");

/** Return the time of day that a wall clock shows: 09:00. */
function clock(wall) {
  const time = new Date(wall);
  return `${two(time.getUTCHours())}:${two(time.getUTCMinutes())}`;
}

/** Return the time zone of the reader. */
export function readerZone() {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** Return the time of day in a zone. */
export function timeOf(moment, zone) {
  return clock(wallClock(moment, zone));
}

/** Tell whether the clocks of two zones show the same at a moment. */
export function isSameClock(moment, zone, other) {
  return offset(moment, zone) === offset(moment, other);
}

/** Return a moment as people in a zone say it: today 17:00, tomorrow 09:00, Monday 09:00, Friday, 4 December, 09:00. */
export function when(moment, now, zone) {
  const wall = wallClock(moment, zone);
  const days = (midnightOf(moment, zone) - midnightOf(now, zone)) / DAY;
  const time = clock(wall);
  if (days === 0) return say("contact.today", { time });
  if (days === 1) return say("contact.tomorrow", { time });
  const weekday = named(wall, { weekday: "long" });
  if (days < 7) return say("contact.weekday", { weekday, time });
  const [day, month] = [new Date(wall).getUTCDate(), named(wall, { month: "long" })];
  return say("contact.date", { weekday, day, month, time });
}

/** Return an end: the time alone on the same day, and midnight as the end of the day before it. */
export function until(moment, now, zone) {
  const days = (midnightOf(moment, zone) - midnightOf(now, zone)) / DAY;
  if (days === 1 && wallClock(moment, zone) % DAY === 0) return say("contact.midnight");
  return days === 0 ? timeOf(moment, zone) : when(moment, now, zone);
}

/** Return what the clock of the office shows at a moment, with the day where it is another one there. */
export function officeTime(moment, zone, office) {
  const [here, there] = [wallClock(moment, zone), wallClock(moment, office)];
  const time = clock(there);
  if (Math.floor(here / DAY) === Math.floor(there / DAY)) return time;
  return say("contact.weekday", { weekday: named(there, { weekday: "long" }), time });
}

/** Return the opening hours by the reader's weekday, Monday first, as texts. */
function rowsOf(spans, zone) {
  const rows = Array.from({ length: 7 }, () => []);
  for (const { start, end } of spans) {
    const [from, to] = [wallClock(start, zone), wallClock(end, zone)];
    const isMidnight = to % DAY === 0;
    rows[(new Date(from).getUTCDay() + 6) % 7].push(`${clock(from)}–${isMidnight ? "24:00" : clock(to)}`);
  }
  return rows.map((row) => row.join(", "));
}

function daysInWords(first, last) {
  // 1 January 2024 was a Monday.
  const name = (number) => named(Date.UTC(2024, 0, 1 + number), { weekday: "long" });
  const length = ((last - first + 7) % 7) + 1;
  if (length === 7) return say("contact.every_day");
  if (length === 1) return name(first);
  return say(length === 2 ? "contact.two_days" : "contact.day_run", { first: name(first), last: name(last) });
}

/**
 * Return the opening hours of the coming seven days by the reader's clock, holidays aside: 'Monday to Friday,
 * 03:00–12:00'. Empty where that clock shows what the office's does.
 */
export function weekFor(schedule, now, zone) {
  const today = midnightOf(now, schedule.zone);
  const plain = { ...schedule, holidays: [] };
  const spans = [0, 1, 2, 3, 4, 5, 6].map((number) => spanOf(plain, today + number * DAY)).filter(Boolean);
  if (spans.every(({ start, end }) => isSameClock(start, zone, schedule.zone) && isSameClock(end - MINUTE, zone, schedule.zone))) return "";
  const rows = rowsOf(spans, zone);
  const runs = [];
  rows.forEach((hours, number) => {
    const run = runs.at(-1);
    if (run?.hours === hours) run.last = number;
    else runs.push({ hours, first: number, last: number });
  });
  // A run may go over the end of the week: Sunday to Thursday.
  if (runs.length > 1 && runs.at(-1).hours === runs[0].hours) runs[0].first = runs.pop().first;
  return runs
    .filter(({ hours }) => hours)
    .map(({ hours, first, last }) => say("contact.day_hours", { days: daysInWords(first, last), hours }))
    .join("; ");
}
