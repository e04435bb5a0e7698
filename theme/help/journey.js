// What a person did on the way here: asked, read, tried. It stays in the sessionStorage of this browser
// tab until the person sends it with a ticket; nothing here makes a request.
const KEY = "waypost-journey";
const ARTICLES = 20;
const STEPS = 40;
const UNRESOLVED = 20;
/** Why a search counts as unresolved; docs/feedback-and-privacy.md explains each. */
const REASONS = ["no_answer", "unsure", "reformulated", "none_helped", "not_helpful"];
const LENGTH = 300;

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

/** One line of text, cut to the longest that is kept; anything but text is empty. */
function line(value) {
  if (typeof value !== "string") return "";
  // Half of a character, as a cut may leave it, would break the address that the text goes into.
  return value.replace(/\s+/g, " ").trim().slice(0, LENGTH).replace(/\p{Surrogate}/gu, "");
}

/** {title, path} of a page of this help center, or null for what is not one. */
function place(value) {
  if (!isObject(value) || typeof value.path !== "string") return null;
  const found = { title: line(value.title), path: line(value.path) };
  // Readers make links of it: a path from the root of the help center, and no address of another kind.
  return found.title && /^(?!\/)[^\x00-\x1f:\\]*$/.test(found.path) ? found : null;
}

/** {tree, path, question, answer} of one step of a troubleshooter, or null; the path is empty in older journeys. */
function step(value) {
  const tree = isObject(value) ? place(value.tree) : null;
  if (!tree) return null;
  const found = { tree, path: line(value.path), question: line(value.question), answer: line(value.answer) };
  return found.question ? found : null;
}

/** {question, reason} of a search that led to no answer, or null. */
function unresolved(value) {
  const found = isObject(value) ? { question: line(value.question), reason: value.reason } : null;
  return found?.question && REASONS.includes(found.reason) ? found : null;
}

/**
 * {question, results, opened, after} of the last search: how much it found, whether a result was opened, and the other
 * question before it, if nothing was opened for that one; or null.
 */
function lastSearch(value) {
  if (!isObject(value) || !line(value.question)) return null;
  const results = Number.isSafeInteger(value.results) ? value.results : 0;
  return { question: line(value.question), results, opened: value.opened === true, after: line(value.after) };
}

function list(value, clean, most) {
  return Array.isArray(value) ? value.map(clean).filter(Boolean).slice(-most) : [];
}

/** A journey made of whatever was kept: only what has the right shape, and only as much as is allowed. */
function tidy(kept) {
  const raw = isObject(kept) ? kept : {};
  return {
    question: line(raw.question),
    articles: list(raw.articles, place, ARTICLES),
    steps: list(raw.steps, step, STEPS),
    page: place(raw.page),
    search: lastSearch(raw.search),
    unresolved: list(raw.unresolved, unresolved, UNRESOLVED),
  };
}

/**
 * Return the journey of this tab: {question, articles: [{title, path}], steps: [{tree, path, question, answer}],
 * page: {title, path} or null, search: {question, results, opened, after} or null, unresolved: [{question, reason}]},
 * newest last. What another program left in its place reads as an empty journey.
 */
export function read() {
  try {
    return tidy(JSON.parse(sessionStorage.getItem(KEY)));
  } catch {
    return tidy(null);
  }
}

function keep(change) {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(tidy({ ...read(), ...change })));
  } catch {
    // Storage may be off or full: the person then tells the journey by hand.
  }
}

/** Note what the person asked the search; the last question counts. */
export function noteQuestion(text) {
  const question = line(text);
  if (question) keep({ question });
}

/** Note what became of the last question to the search. */
export function noteSearch(search) {
  keep({ search });
}

/** Note a search that led to no answer. */
export function noteUnresolved(search) {
  keep({ unresolved: [...read().unresolved, search] });
}

/** Note an article that was opened; one that is read again moves to the end. */
export function noteArticle(article) {
  const seen = place(article);
  if (!seen) return;
  const others = read().articles.filter(({ path }) => path !== seen.path);
  keep({ articles: [...others, seen], page: seen });
}

/** Whether two answers were given in the same step: two steps of a tree may ask in the same words. */
function isSameStep(one, other) {
  return one.tree.path === other.tree.path && (one.path && other.path ? one.path === other.path : one.question === other.question);
}

/** Note one answer in a troubleshooter; the same step answered anew replaces what followed in its tree. */
export function noteStep(taken) {
  const seen = step(taken);
  if (!seen) return;
  const { steps } = read();
  const again = steps.findIndex((one) => isSameStep(one, seen));
  const before = steps.filter((one, index) => again < 0 || index < again || one.tree.path !== seen.tree.path);
  keep({ steps: [...before, seen] });
}

/** Forget the journey, once it was sent or the person wants it gone. */
export function forget() {
  try {
    sessionStorage.removeItem(KEY);
  } catch {
    // Storage that is off holds nothing.
  }
}
