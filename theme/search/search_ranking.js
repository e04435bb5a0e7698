// What answers a question, best first: the twin of search/rules/ranking.py, which says why; tests hold both to the same lists.
import { firstLetters, near } from "./search_near.js";
import { wordGroups } from "./search_words.js";

/**
 * Rank the documents of an index.
 * @returns {Promise<{order: number[], concepts: object[], isAnswer: boolean, corrected: string}>} order: the
 * documents nearest to the question, best first, whether they answer it or not.
 */
export async function rank(shards, question, { typing = false } = {}) {
  const concepts = await conceptsOf(shards, question, typing);
  const terms = concepts.flatMap(({ candidates }) => candidates.map(({ entry }) => entry.term));
  const postings = new Map(await Promise.all([...new Set(terms)].map(async (term) => [term, await shards.postings(term)])));
  const size = shards.table.kind.length;
  const scores = new Float64Array(size);
  const best = new Float64Array(size);
  for (const { candidates } of concepts) addBest(scores, best, candidates, postings);
  const { scale, tail, enough, enough_covered: enoughCovered } = shards.constants;
  const order = ordered(scores, tail);
  const total = concepts.reduce((sum, { weight }) => sum + weight, 0);
  if (!order.length || !total) return { order: [], concepts, isAnswer: false, corrected: correctedOf(shards, concepts) };
  const [first] = order;
  const score = Math.floor((scores[first] * scale) / total);
  const covered = Math.floor(concepts.reduce((sum, { weight, candidates }) => sum + weight * worthOf(first, candidates, postings), 0) / total);
  const isAnswer = score + covered >= enough && covered >= enoughCovered;
  return { order: isAnswer ? order : ordered(scores, Infinity), concepts, isAnswer, corrected: correctedOf(shards, concepts) };
}

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

/** With what worth a document holds one word of the question. */
function worthOf(document, candidates, postings) {
  let most = 0;
  let found = 0;
  for (const { entry, worth } of candidates) {
    const { documents, impacts } = postings.get(entry.term);
    const row = documents.indexOf(document);
    if (row >= 0 && impacts[row] * worth > most) {
      most = impacts[row] * worth;
      found = worth;
    }
  }
  return found;
}

/** The documents with at least this part of the best score, best first; of equal ones the first in the index. */
function ordered(scores, tail) {
  // One number holds score and document, because sorting numbers needs no function and takes a tenth of the time.
  const size = scores.length;
  const keys = [];
  const least = scores.reduce((most, score) => Math.max(most, score), 1) / tail;
  for (let document = 0; document < size; document += 1) {
    if (scores[document] && scores[document] >= least) keys.push(scores[document] * size + size - 1 - document);
  }
  return [...Float64Array.from(keys).sort().reverse()].map((key) => size - 1 - (key % size));
}

function correctedOf(shards, concepts) {
  const isSame = (asked, { form, worth }) => form.startsWith(asked) || asked.startsWith(form) || worth === shards.constants.inflected;
  const isUnderstood = ({ asked, candidates }) => !candidates.length || isSame(asked, candidates[0]);
  if (concepts.every(isUnderstood)) return "";
  return concepts.map((concept) => (isUnderstood(concept) ? concept.asked : concept.candidates[0].form)).join(" ");
}

async function conceptsOf(shards, question, typing) {
  const { longest_question: longest, most_words: most } = shards.constants;
  const groups = wordGroups([...question.slice(0, 2 * longest)].slice(0, longest).join("")).slice(0, most);
  const isOpen = typing && question !== "" && !/\s$/u.test(question);
  const known = new Set();
  const found = [];
  for (let at = 0; at < groups.length; ) {
    const phrase = phraseAt(shards, groups, at);
    const words = phrase ? [phrase] : await meant(shards, groups[at]);
    at += phrase ? phrase.split(" ").length : 1;
    const isLast = isOpen && at === groups.length;
    for (const word of words) {
      if (known.has(word) || (shards.stop.has(word) && !isLast)) continue;
      known.add(word);
      found.push(conceptOf(shards, word, isLast));
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
  if (group.length === 1) return group;
  const entries = await Promise.all(group.map((word) => shards.form(word)));
  const known = group.filter((word, at) => entries[at]);
  return known.length ? known : group.slice(-1);
}

async function conceptOf(shards, asked, typing) {
  const { whole, completed } = shards.constants;
  const entry = await shards.form(asked);
  const own = entry ? [{ form: asked, entry, worth: whole }] : [];
  if (entry && asked.includes(" ")) return { asked, candidates: [...own, ...(await partsOf(shards, asked))], weight: entry.weight };
  if (entry && !typing) return { asked, candidates: own, weight: entry.weight };
  const lists = await Promise.all(firstLetters(asked).map((letter) => shards.withLetter(letter)));
  const entries = new Map(lists.flat());
  if (entry || shards.stop.has(asked)) {
    const longer = [...entries.keys()].filter((form) => form.startsWith(asked) && form !== asked && !form.includes(" "));
    const found = near(asked, longer, true, shards.constants).map(([form]) => ({ form, entry: entries.get(form), worth: completed }));
    return { asked, candidates: [...own, ...found], weight: entry ? entry.weight : 0 };
  }
  const candidates = near(asked, entries.keys(), typing, shards.constants).map(([form, worth]) => ({ form, entry: entries.get(form), worth }));
  return { asked, candidates, weight: candidates.length ? candidates[0].entry.weight : shards.table.unknown };
}

/** The words of a phrase, which may stand apart where it does not stand whole. */
async function partsOf(shards, phrase) {
  const words = phrase.split(" ").filter((word) => !shards.stop.has(word));
  const entries = await Promise.all(words.map((word) => shards.form(word)));
  return words.map((form, at) => ({ form, entry: entries[at], worth: shards.constants.completed })).filter(({ entry }) => entry);
}
