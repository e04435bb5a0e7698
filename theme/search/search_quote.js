// The sentence that answers a question, as it stands in an article: the twin of search/rules/quotes.py, which says why.
import { askedForms, worthIn } from "./search_ranking.js";

const noStatement = /[?？؟:：…]$/u;

/**
 * Return {text, document, anchor} of what to quote as the answer; null where it is not sure enough that it is one.
 * @param {object} ranking what rank() gave for the question
 */
export async function quote(shards, { order, passages, concepts, state }) {
  if (state !== "answer") return null;
  const [document] = order;
  const asked = await Promise.all(concepts.map((concept) => askedForms(shards, concept)));
  const known = sum(concepts.filter(({ candidates }) => candidates.length), ({ weight }) => weight);
  const result = await shards.result(document);
  const sentences = sentencesOf(result, passages.get(document), shards.constants).map((sentence) => weighed(sentence, asked, shards.constants));
  const worths = sentences.map((sentence, place) => worthOf(sentence, place, known, shards.constants));
  // The first of equals.
  const best = sentences[worths.indexOf(Math.max(...worths))];
  if (!best || [...best.text].length > shards.constants.quote_longest || !isCertain(best, asked, shards)) return null;
  return { text: best.text, document, anchor: result.sections[best.section][0] || (result.url.split("#")[1] ?? "") };
}

const sum = (list, valueOf) => list.reduce((total, one) => total + valueOf(one), 0);

/** What can be quoted of a document, each with the names that stand above it. */
function sentencesOf({ passages, sections }, near, { quote_shortest: shortest }) {
  const [title] = passages;
  const nearest = passages[Math.max(near ?? 0, 0)];
  const step = passages.find(({ isName, section }) => isName && section >= 0 && !sections[section][0]);
  if (step) return [{ ...step, names: [title] }];
  const found = [];
  let heading = [];
  for (const passage of passages) {
    const { text, section, words, isName } = passage;
    if (isName) heading = section >= 0 ? [passage] : [];
    else if (section >= 0 && words.size >= shortest && !noStatement.test(text) && (!nearest.isName || [-1, section].includes(nearest.section))) {
      found.push({ ...passage, names: [title, ...heading] });
    }
  }
  return found;
}

/** Add what of the question stands above a sentence, only in it, and in neither, in hundredths of the weight. */
function weighed(sentence, asked, { whole }) {
  const found = { ...sentence, named: 0, added: 0, missing: 0 };
  for (const { weight, ways } of asked) {
    const named = Math.max(...sentence.names.map(({ words }) => worthIn(words, ways)));
    const own = worthIn(sentence.words, ways);
    if (named) found.named += weight * named;
    else if (own) found.added += weight * own;
    else found.missing += weight * whole;
  }
  return found;
}

function worthOf({ text, words, added }, place, known, constants) {
  const { whole, likeness, quote_first: first, quote_length: length, quote_words: enough, quote_number: number } = constants;
  const size = Math.min(words.size, enough);
  return Math.floor((added * likeness) / (whole * known)) + Math.floor(first / (place + 1)) + Math.floor((length * size) / enough) + (/\p{Nd}/u.test(text) ? number : 0);
}

function isCertain({ names, named, added, missing }, asked, { table, constants }) {
  const { whole, quoted, quote_rest: rest } = constants;
  const total = whole * sum(asked, ({ weight }) => weight);
  const isSame = ({ words, weight }) => total === whole * weight && total === sum(asked, (each) => each.weight * worthIn(words, each.ways));
  return names.some(isSame) || rest * (named - quoted * table.unknown) + added - missing >= 0;
}
