// Searches that led to no answer. Each is kept in this tab for the ticket form, and sent where the site names an
// endpoint: the question without what may tell who asked, and why it counts as unresolved.
import { send } from "./beacon.js";
import { noteQuestion, noteSearch, noteUnresolved, read } from "./journey.js";
import { helpRoot, page, search } from "./page.js";
import { language } from "./say.js";

/** Shorter ones are words that somebody has only begun. */
const SHORTEST = 3;

const plain = (text) => text.replace(/\s+/g, " ").trim().toLowerCase();
const isSame = (one, other) => plain(one) === plain(other);
/** Whether one question is the other, typed further or taken back: that is no new attempt. */
const isContinued = (one, other) => plain(other).startsWith(plain(one)) || plain(one).startsWith(plain(other));

/** Take out of a question what may tell who asked: mail addresses, and numbers as long as those of people and cards. */
export function masked(question) {
  return question
    .normalize("NFKC")
    // Signs that nobody sees must not hide a number.
    .replace(/[\p{Cf}\p{Cc}]+/gu, "")
    .replace(/[^\s@<>"',;()]+@[^\s@<>"',;()]+/gu, "[email]")
    .replace(/\p{Nd}{5,}|\p{Nd}(?:[ ./()-]{0,2}\p{Nd}){6,}/gu, "[number]");
}

/** What is sent: these keys and no others. See docs/feedback-and-privacy.md. */
export function report({ question, reason, results }) {
  return { kind: "search", question: masked(question), reason, results, language, page: page.path };
}

/** What is sent of the article that somebody opened after asking in other words: these keys and no others. */
export function readNext(question, path) {
  return { kind: "read_next", question: masked(question), language, page: path };
}

function record(question, reason, results) {
  const isNew = !read().unresolved.some((one) => isSame(one.question, question));
  if (!isNew) return;
  noteUnresolved({ question, reason });
  send(search.endpoint, report({ question, reason, results }));
}

/** Take note of a question that somebody has stopped typing, and of its answer. */
export function settled(question, { state, total }) {
  const asked = question.trim();
  if (state === "failed" || asked.length < SHORTEST) return;
  noteQuestion(asked);
  const last = read().search;
  const isAgain = Boolean(last) && isSame(last.question, asked);
  const isOther = Boolean(last) && !last.opened && !isContinued(last.question, asked);
  if (isOther && last.results) record(last.question, "reformulated", last.results);
  const opened = isAgain && last.opened;
  noteSearch({ question: asked, results: total, opened, after: isOther ? last.question : last?.opened ? "" : last?.after });
  if (state !== "answer") record(asked, state === "unsure" ? "unsure" : "no_answer", total);
}

/** Take note that a result was opened, by its address. It may be what the question before was about. */
export function opened(address) {
  const last = read().search;
  if (!last) return;
  noteSearch({ ...last, opened: true });
  if (!last.after || last.opened || !address.startsWith(helpRoot)) return;
  send(search.endpoint, readNext(last.after, address.slice(helpRoot.length).split("#")[0]));
}

function recordLast(reason) {
  const last = read().search;
  if (last) record(last.question, reason, last.results);
}

/** Take note that somebody has seen the results and needs a person. */
export const unhelped = () => recordLast("none_helped");

/** Take note that an article did not help somebody who came from a search. */
export const notHelpful = () => recordLast("not_helpful");
