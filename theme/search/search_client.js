// The search as a page asks it: one worker for all boxes of a page, started when it is first needed.
import { helpPage } from "./page.js";

let worker = null;
let last = 0;
const waiting = new Map();

/** Start the search before anybody asks, for instance when a box gets the focus. */
export function warm() {
  send({});
}

/**
 * Answer a question: null where a newer one overtook it, and state "failed" where the index cannot be had.
 * @param {string} question
 * @param {{typing?: boolean, kinds?: string[], categories?: string[], limit?: number}} how `typing`: the last
 * word may be unfinished; the ids of kinds and categories to keep, none for all; how many hits at most.
 */
export async function ask(question, { typing = false, kinds = [], categories = [], limit = 8 } = {}) {
  last += 1;
  const id = last;
  const answered = new Promise((resolve) => { waiting.set(id, resolve); });
  send({ id, question, typing, kinds, categories, limit });
  const answer = (await answered) ?? { state: "failed", question, corrected: "", hits: [], total: 0, kinds: [], categories: [], nearest: [] };
  return id === last ? answer : null;
}

function send(message) {
  try {
    worker ??= started();
    worker.postMessage({ ...message, root: helpPage("search/") });
  } catch {
    settle(message.id, null);
  }
}

function started() {
  const one = new Worker(new URL("./search_worker.js", import.meta.url), { type: "module" });
  one.addEventListener("message", ({ data }) => settle(data.id, data.answer ?? null));
  one.addEventListener("error", () => {
    // It could not be loaded, or broke: whoever waits is told, and the next question starts another.
    worker = null;
    for (const id of [...waiting.keys()]) settle(id, null);
  });
  return one;
}

function settle(id, answer) {
  waiting.get(id)?.(answer);
  waiting.delete(id);
}
