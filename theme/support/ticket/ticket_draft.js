// What a person has written so far. It stays in the sessionStorage of this browser tab, so that it survives a
// reload and the way back from a form that lost it; nothing here makes a request.
const KEY = "waypost-ticket";
const LONGEST = 8000;

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

/** Return the fields by their names, as they were left: texts, and true or false for ticks. */
export function readDraft() {
  let kept;
  try {
    kept = JSON.parse(sessionStorage.getItem(KEY));
  } catch {
    // Storage may be off, or hold what another program left.
  }
  const fields = Object.entries(isObject(kept) && isObject(kept.fields) ? kept.fields : {});
  const usable = fields.filter(([, value]) => typeof value === "boolean" || typeof value === "string");
  return {
    fields: new Map(usable.map(([name, value]) => [name, typeof value === "string" ? value.slice(0, LONGEST) : value])),
    arrival: isObject(kept) && typeof kept.arrival === "string" ? kept.arrival : null,
  };
}

/** Keep the fields; `arrival` is the query that the page was opened with, which is obeyed only once. */
export function keepDraft(fields, arrival) {
  try {
    sessionStorage.setItem(KEY, JSON.stringify({ fields: Object.fromEntries(fields), arrival }));
  } catch {
    // Storage may be off or full: the text then lives as long as the page.
  }
}

/** Forget what was written, once it was sent or the person starts again. */
export function forgetDraft() {
  try {
    sessionStorage.removeItem(KEY);
  } catch {
    // Storage that is off holds nothing.
  }
}
