// Opening hours as points in time: is it open, when does it open, and when have so many open hours passed.
// The rules are those of support/rules/business_hours.py, where they are written down; one set of cases holds both to them.
// Times are milliseconds since 1970, as Date.now() gives them.

/**
 * When somebody is there.
 * @typedef {object} Schedule
 * @property {Record<string, [string, string]>} week start and end by weekday, such as monday: ["09:00", "24:00"]
 * @property {string} zone name of a time zone
 * @property {string[]} holidays days that are closed, such as "2026-12-25"
 * @property {boolean} always day and night, on holidays too
 */

const MINUTE = 60_000;
const DAY = 86_400_000;
const HORIZON = 60;
const WEEKDAYS = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];

const formats = new Map();

function formatOf(zone) {
  if (!formats.has(zone)) {
    const numbers = { year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric" };
    formats.set(zone, new Intl.DateTimeFormat("en-US", { timeZone: zone, hourCycle: "h23", calendar: "gregory", ...numbers }));
  }
  return formats.get(zone);
}

/** Return what a clock in a zone shows at a moment, as milliseconds, as if that clock were in UTC. */
export function wallClock(moment, zone) {
  const shown = {};
  for (const { type, value } of formatOf(zone).formatToParts(moment)) shown[type] = Number(value);
  return Date.UTC(shown.year, shown.month - 1, shown.day, shown.hour, shown.minute, shown.second);
}

/** Return how far the clocks of a zone are ahead of UTC at a moment, in milliseconds. */
export function offset(moment, zone) {
  return wallClock(moment, zone) - Math.floor(moment / 1000) * 1000;
}

/** Return the first or the last moment at which a clock shows a time; the jump if it skips that time. */
function momentOf(wall, zone, isFirst) {
  const before = offset(wall - DAY, zone);
  const after = offset(wall + DAY, zone);
  const found = [wall - before, wall - after].filter((moment) => wallClock(moment, zone) === wall);
  if (found.length) return isFirst ? Math.min(...found) : Math.max(...found);
  let [low, high] = [0, (after - before) / MINUTE];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offset(wall - after + middle * MINUTE, zone) === before) low = middle;
    else high = middle;
  }
  return wall - after + high * MINUTE;
}

function minutes(text) {
  const [hour, minute] = text.split(":").map(Number);
  return (hour * 60 + minute) * MINUTE;
}

/** Return the opening hours of a day that begins at `midnight` on the clock of the zone, or null. */
export function spanOf(schedule, midnight) {
  const day = new Date(midnight);
  const span = schedule.week[WEEKDAYS[day.getUTCDay()]];
  if (!span || schedule.holidays.includes(day.toISOString().slice(0, 10))) return null;
  const start = momentOf(midnight + minutes(span[0]), schedule.zone, true);
  const end = momentOf(midnight + minutes(span[1]), schedule.zone, span[1] === "24:00");
  return start < end ? { start, end } : null;
}

/** Return midnight of the day that a clock in the zone shows, as `wallClock` counts. */
export function midnightOf(moment, zone) {
  return Math.floor(wallClock(moment, zone) / DAY) * DAY;
}

/** Yield the stretches that end after a moment, hours that touch each other as one, up to the horizon. */
function* openings(schedule, now) {
  const today = midnightOf(now, schedule.zone);
  let pending = null;
  for (let number = 0; number <= HORIZON; number += 1) {
    const span = spanOf(schedule, today + number * DAY);
    if (!span) continue;
    if (pending && span.start <= pending.end) {
      pending.end = Math.max(pending.end, span.end);
      continue;
    }
    if (pending && pending.end > now) yield pending;
    pending = span;
  }
  if (pending && pending.end > now) yield pending;
}

function firstOpening(schedule, now) {
  return openings(schedule, now).next().value ?? null;
}

/** Tell whether somebody is there. @param {Schedule} schedule @param {number} now */
export function isOpen(schedule, now) {
  if (schedule.always) return true;
  const first = firstOpening(schedule, now);
  return first !== null && first.start <= now;
}

/** Return from when on somebody is there: `now` itself while it is open, null for not within 60 days. */
export function nextOpening(schedule, now) {
  if (schedule.always) return now;
  const first = firstOpening(schedule, now);
  return first && Math.max(first.start, now);
}

/** Return when it closes; null while it is closed, and where no end is within 60 days. */
export function closes(schedule, now) {
  const first = schedule.always ? null : firstOpening(schedule, now);
  return first && first.start <= now && first.end - now <= HORIZON * DAY ? first.end : null;
}

/** Return when so many open hours will have passed; null where that takes more than 60 days. */
export function addHours(schedule, now, hours) {
  let left = hours * 60 * MINUTE;
  if (schedule.always) return now + left;
  for (const opening of openings(schedule, now)) {
    const start = Math.max(opening.start, now);
    if (opening.end - start >= left) return start + left;
    left -= opening.end - start;
  }
  return null;
}

/** Return the schedule of a channel or tier of the page's data, or of the office itself (null). */
export function scheduleOf(support, entry) {
  return {
    week: entry?.week ?? support.week,
    zone: support.zone,
    holidays: support.holidays.map((holiday) => holiday.date),
    always: entry?.always ?? false,
  };
}

/** Return by when a tier promises the first answer to a request of a priority; null where it promises nothing. */
export function answerBy(support, tier, priority, now) {
  const promised = tier.first_answer[priority];
  return promised ? addHours(scheduleOf(support, tier), now, promised[1]) : null;
}
