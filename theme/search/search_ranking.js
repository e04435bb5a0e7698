// What answers a question, best first: the twin of search/rules/ranking.py, which says why; tests hold both to the same lists.
import { firstLetters, near, related } from "./search_near.js";
import { questionKey, wordGroups } from "./search_words.js";

/**
 * Rank the documents of an index.
 * @param {{typing?: boolean, asTyped?: boolean}} how the last word may be unfinished; no word is taken for another one
 * @returns {Promise<{order: number[], passages: Map<number, number>, concepts: object[], state: string, corrected: string}>}
 * order: the documents nearest to the question, best first; passages: of those that were compared one by one, the
 * number of the nearest passage; state: "answer", "unsure", or "nothing" where no word leads anywhere.
 */
export async function rank(shards, question, { typing = false, asTyped = false } = {}) {
  const { key_terms: mostAsked, least_alike: alike, last_alike: hardlyAlike } = shards.constants;
  const read = async (howAlike) => keyTerms(await conceptsOf(shards, question, { typing, asTyped, least: howAlike }), mostAsked);
  const isKnown = ({ isContent, candidates }) => isContent && candidates.length;
  let concepts = await read(alike);
  if (!concepts.some(isKnown)) concepts = await read(hardlyAlike);
  const terms = concepts.flatMap(({ candidates }) => candidates.map(({ entry }) => entry.term));
  const postings = new Map(await Promise.all([...new Set(terms)].map(async (term) => [term, await shards.postings(term)])));
  const scores = new Float64Array(shards.table.kind.length);
  const best = new Float64Array(scores.length);
  for (const { candidates } of concepts) addBest(scores, best, candidates, postings);
  const known = sum(concepts.filter(({ candidates }) => candidates.length)) || 1;
  const corrected = correctedOf(concepts);
  const nothing = { order: [], passages: new Map(), concepts, state: "nothing", corrected };
  const same = await wordForWord(shards, question);
  if (!same.size && !concepts.some(isKnown)) return nothing;
  const { compared: most, first, second, tail, nearest, whole } = shards.constants;
  const found = ordered(scores, same);
  if (!found.length) return nothing;
  const nearness = new Map(found.map((document) => [document, Math.floor((scores[document] * first) / known)]));
  const compared = await comparedWith(shards, found.slice(0, most), concepts, known);
  for (const [document, { likeness }] of compared) nearness.set(document, nearness.get(document) + likeness * second);
  // Sorting keeps the order of equal ones.
  const order = [...compared.keys()].sort((one, other) => nearness.get(other) - nearness.get(one)).concat(found.slice(most));
  order.sort((one, other) => (same.get(other) ?? 0) - (same.get(one) ?? 0));
  const confidence = Math.floor(((compared.get(order[0])?.likeness ?? 0) * known) / Math.max(known, sum(concepts)));
  const isSure = same.size || confidence >= shards.table.sure || compared.get(order[0])?.isNamed;
  const state = isSure ? "answer" : "unsure";
  const least = Math.max(...nearness.values()) * tail;
  const shown = order.slice(0, state === "unsure" ? nearest : order.length);
  const plausible = shown.filter((document) => same.has(document) || nearness.get(document) * whole >= least);
  const passages = new Map([...compared].map(([document, { passage }]) => [document, passage]));
  return { order: plausible, passages, concepts, state, corrected };
}

/** The heaviest words of a question, in their order; words that are nowhere come last. */
function keyTerms(concepts, most) {
  const isKnown = ({ candidates }) => (candidates.length ? 1 : 0);
  const heavier = (one, other) => isKnown(other) - isKnown(one) || other.weight - one.weight;
  const order = [...concepts.keys()].sort((one, other) => heavier(concepts[one], concepts[other]));
  return order.slice(0, most).sort((one, other) => one - other).map((at) => concepts[at]);
}

const sum = (concepts) => concepts.reduce((total, { weight }) => total + weight, 0);

/** Add to each document what it gets for one word of the question: the best of what may be meant by it. */
function addBest(scores, best, candidates, postings) {
  if (candidates.length > 1) best.fill(0);
  for (const { entry, worth } of candidates) {
    const { documents, impacts } = postings.get(entry.term);
    for (let row = 0; row < documents.length; row += 1) {
      const document = documents[row];
      const value = impacts[row] * worth;
      if (candidates.length === 1) scores[document] += value;
      else if (value > best[document]) {
        scores[document] += value - best[document];
        best[document] = value;
      }
    }
  }
}

/** The documents that share a word with the question or are it, best first; of equal ones the first in the index. */
function ordered(scores, same) {
  // One number holds score and document, because sorting numbers needs no function and takes a tenth of the time.
  const size = scores.length;
  const keys = [];
  for (let document = 0; document < size; document += 1) {
    if (scores[document] || same.has(document)) keys.push(scores[document] * size + size - 1 - document);
  }
  return [...Float64Array.from(keys).sort().reverse()].map((key) => size - 1 - (key % size));
}

/** The documents that ask the same word for word, each with how much that says. */
async function wordForWord(shards, question) {
  const key = questionKey(asRead(shards, question), shards.constants.longest_key);
  const entry = key && (await shards.form(key));
  if (!entry) return new Map();
  const { documents, impacts } = await shards.postings(entry.term);
  return new Map(Array.from(documents, (document, row) => [document, impacts[row]]));
}

/** Of each document, the passage that is most like the question, and how much, up to 1,000. */
async function comparedWith(shards, documents, concepts, known) {
  const asked = await Promise.all(concepts.map((concept) => askedForms(shards, concept)));
  const content = asked.filter((_, at) => concepts[at].isContent);
  return new Map(await Promise.all(documents.map(async (document) => {
    const { passages } = await shards.result(document);
    return [document, { ...nearestPassage(passages, asked, known, shards.constants), isNamed: isNamed(passages, content, shards.constants.named) }];
  })));
}

/** The forms by which a passage holds a concept: for each candidate the inflections of its words, the best worth first. */
export async function askedForms(shards, { weight, candidates }) {
  const ways = await Promise.all(candidates.map(async ({ form, worth }) => ({ worth, words: await Promise.all(form.split(" ").map((word) => shards.inflections(word))) })));
  for (const { entry, worth } of candidates) {
    for (const [share, form] of shards.synonymsOf(entry.term)) {
      ways.push({ worth: Math.floor((worth * share) / shards.constants.whole), words: form.split(" ").map((word) => [word]) });
    }
  }
  return { weight, ways: ways.sort((one, other) => other.worth - one.worth) };
}

/** Whether a title, an alias or a heading has all that a question is about. */
function isNamed(passages, content, least) {
  return passages.some(({ isName, words }) => isName && content.every(({ ways }) => worthIn(words, ways) >= least));
}

function nearestPassage(passages, asked, known, constants) {
  let found = { passage: -1, likeness: 0 };
  passages.forEach(({ words, weight }, passage) => {
    const shared = asked.reduce((total, concept) => total + concept.weight * worthIn(words, concept.ways), 0);
    const likeness = Math.floor((2 * constants.likeness * shared) / (constants.whole * (known + weight)));
    if (likeness > found.likeness) found = { passage, likeness };
  });
  return found;
}

export const worthIn = (words, ways) => ways.find((way) => way.words.every((forms) => forms.some((form) => words.has(form))))?.worth ?? 0;

function correctedOf(concepts) {
  const isUnderstood = ({ candidates }) => !candidates[0]?.isCorrection;
  if (concepts.every(isUnderstood)) return "";
  return concepts.map((concept) => (isUnderstood(concept) ? concept.asked : concept.candidates[0].form)).join(" ");
}

/** The part of a question that is read. */
function asRead({ constants }, question) {
  return [...question.slice(0, 2 * constants.longest_question)].slice(0, constants.longest_question).join("");
}

async function conceptsOf(shards, question, { typing, ...how }) {
  const groups = wordGroups(asRead(shards, question)).slice(0, shards.constants.most_words);
  const isOpen = typing && question !== "" && !/\s$/u.test(question);
  const known = new Set();
  const found = [];
  for (let at = 0; at < groups.length; ) {
    const phrase = phraseAt(shards, groups, at);
    const words = phrase ? [phrase] : await meant(shards, groups[at]);
    at += phrase ? phrase.split(" ").length : 1;
    const isLast = isOpen && at === groups.length;
    for (const word of words) {
      if (known.has(word)) continue;
      known.add(word);
      found.push(conceptOf(shards, word, { ...how, typing: isLast }));
    }
  }
  return Promise.all(found);
}

function phraseAt(shards, groups, at) {
  for (let length = shards.constants.longest_phrase; length > 1; length -= 1) {
    const words = groups.slice(at, at + length).map((group) => group.at(-1));
    if (words.length === length && shards.phrases.has(words.join(" "))) return words.join(" ");
  }
  return "";
}

async function meant(shards, group) {
  if (group.length === 1) {
    const parts = (await shards.form(group[0])) ? [] : await shards.parts(group[0]);
    return parts.length ? parts : group;
  }
  const entries = await Promise.all(group.map((word) => shards.form(word)));
  const known = group.filter((word, at) => entries[at]);
  return known.length ? known : group.slice(-1);
}

async function conceptOf(shards, asked, { typing, asTyped, least }) {
  const { whole, completed, stop, first_wrong: firstWrong } = shards.constants;
  const entry = await shards.form(asked);
  const isContent = !shards.stop.has(asked);
  const own = entry ? [{ form: asked, entry, worth: whole }] : [];
  if (entry && asked.includes(" ")) return { asked, candidates: [...own, ...(await partsOf(shards, asked))], weight: entry.weight, isContent: true };
  if (!typing && (asTyped || !isContent)) {
    const nowhere = isContent ? shards.table.unknown : Math.floor((shards.table.unknown * stop) / whole);
    return { asked, candidates: own, weight: entry ? entry.weight : nowhere, isContent };
  }
  if (!typing && entry) {
    const beside = new Map(await shards.neighbours(asked));
    const candidates = related(asked, [...beside.keys()], shards.constants).map((each) => ({ ...each, entry: beside.get(each.form) }));
    return { asked, candidates: [...own, ...candidates], weight: entry.weight, isContent };
  }
  const lists = await Promise.all(firstLetters(asked).map((letter) => shards.withLetter(letter)));
  const entries = new Map(lists.flat().filter(([form]) => !form.includes(" ")));
  const forms = [...entries.keys()];
  const withEntry = (each) => ({ ...each, entry: entries.get(each.form) });
  if (entry || !isContent) {
    const longer = forms.filter((form) => form.startsWith(asked) && form !== asked);
    const found = near(asked, longer, shards.constants, { typing: true }).map(({ form }) => ({ ...withEntry({ form }), worth: completed }));
    return { asked, candidates: [...own, ...found], weight: entry ? entry.weight : 0, isContent };
  }
  const spelled = await shards.spelling(asked);
  const candidates = near(asked, forms, shards.constants, { typing, isWord: spelled === "", least }).map(withEntry);
  for (const letter of spelled ?? "") {
    candidates.push({ form: letter + asked, entry: await shards.form(letter + asked), worth: firstWrong, isCorrection: true });
  }
  candidates.sort((one, other) => other.worth - one.worth);
  // It cannot say more than a word of which nothing is known; and nothing can be said about a word that is only begun.
  const unknown = typing ? 0 : shards.table.unknown;
  return { asked, candidates, weight: candidates.length ? Math.min(shards.table.unknown, candidates[0].entry.weight) : unknown, isContent };
}

/** The words of a phrase, which may stand apart where it does not stand whole. */
async function partsOf(shards, phrase) {
  const words = phrase.split(" ").filter((word) => !shards.stop.has(word));
  const entries = await Promise.all(words.map((word) => shards.form(word)));
  return words.map((form, at) => ({ form, entry: entries[at], worth: shards.constants.completed })).filter(({ entry }) => entry);
}
