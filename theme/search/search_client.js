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
 * @param {{typing?: boolean, asTyped?: boolean, kinds?: string[], categories?: string[], limit?: number,
 *   events?: {components: string[], name: string, title: string}[]}} how `typing`: the last word may be unfinished;
 * `asTyped`: no word is taken for another one; the ids of kinds and categories to keep, none for all; how many hits
 * at most; what goes on now, of which the answer names the components that the question is about.
 */
export async function ask(question, { typing = false, asTyped = false, kinds = [], categories = [], limit = 8, events = [] } = {}) {
  last += 1;
  const id = last;
  const answered = new Promise((resolve) => { waiting.set(id, resolve); });
  send({ id, question, typing, asTyped, kinds, categories, limit, events });
  const failed = { state: "failed", question, corrected: "", hits: [], total: 0, kinds: [], categories: [], nearest: [], events: [] };
  const answer = (await answered) ?? failed;
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
