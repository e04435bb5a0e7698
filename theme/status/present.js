// What now.json may hold. The file comes from another program, and at times from another host or out of a broken
// cache: whatever reads it gets the shape below and nothing else, or nothing at all.

// In words.js, STATUSES has every state of a component, the worst last; IMPACTS has what an incident is called by
// what it does, the worst last, with the state that stands for it.
import { IMPACTS, STATUSES } from "./words.js";

const rank = (status) => STATUSES.indexOf(status);

/** Whether customers notice something that was not announced. */
export const isTrouble = (status) => rank(status) > rank("under_maintenance");

/** Compare two states, the worse first. */
export const worseFirst = (a, b) => rank(b) - rank(a);

/** The worst of these states; operational where there are none, or no data alone. */
export const worst = (statuses) => ["operational", ...statuses].sort(worseFirst)[0];

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const isTime = (value) => typeof value === "string" && Number.isFinite(Date.parse(value));
const text = (value) => (typeof value === "string" ? value : "");
const time = (value) => (isTime(value) ? value : "");
const list = (value) => (Array.isArray(value) ? value : []);

/**
 * Return the present of any JSON: {status, headline, detail, checked_at, changed_at, stale_after, components,
 * incidents, maintenances}. A state that we do not know is `no_data`, a time that we cannot read is empty, an
 * item that says nothing is left out. Null for what is no such document, or does not say how old it is.
 */
export function presentOf(value) {
  if (!isObject(value)) return null;
  const checked = value.checked_at ?? null;
  // What cannot be called old would stay green for ever.
  if (checked !== null && !isTime(checked)) return null;
  const status = STATUSES.includes(value.status) ? value.status : "no_data";
  const isKnown = status === value.status;
  return {
    status,
    headline: isKnown ? text(value.headline) : "",
    detail: isKnown ? text(value.detail) : "",
    checked_at: checked,
    changed_at: time(value.changed_at),
    stale_after: Number.isFinite(value.stale_after) ? value.stale_after : 0,
    components: componentsOf(value.components),
    incidents: itemsOf(value.incidents, (item) => ({ impact: Object.hasOwn(IMPACTS, item.impact) ? item.impact : "minor", update: text(item.update) })),
    maintenances: itemsOf(value.maintenances, (item) => ({ ends_at: time(item.ends_at) })),
  };
}

function componentsOf(value) {
  const found = Object.entries(isObject(value) ? value : {}).filter(([, part]) => isObject(part));
  return Object.fromEntries(found.map(([id, { name, status, since }]) => {
    return [id, { name: text(name) || id, status: STATUSES.includes(status) ? status : "no_data", since: time(since) }];
  }));
}

function itemsOf(value, more) {
  return list(value).filter((item) => isObject(item) && text(item.title)).map((item) => ({
    title: item.title,
    path: text(item.path),
    started_at: time(item.started_at),
    components: list(item.components).filter((id) => typeof id === "string"),
    ...more(item),
  }));
}
