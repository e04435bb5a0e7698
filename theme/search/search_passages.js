// Which place of a document answers, and the passage of it that a result shows.
import { wordsOf } from "./search_words.js";

const PASSAGE = 150;
const TOKEN = /[\p{L}\p{N}]+(?:['’]\p{L}+)*/gu;
/** How much more a word counts in the heading of a section than in its text. */
const HEADING = 2;

/**
 * Cut a text into [text, isMatch] at its words.
 * @param {(word: string) => number} weightOf what a word tells; 0 for one that was not asked
 */
export function marked(text, weightOf) {
  const parts = [];
  let at = 0;
  for (const found of text.matchAll(TOKEN)) {
    if (!wordsOf(found[0]).some(weightOf)) continue;
    if (found.index > at) parts.push([text.slice(at, found.index), false]);
    parts.push([found[0], true]);
    at = found.index + found[0].length;
  }
  if (at < text.length) parts.push([text.slice(at), false]);
  return parts;
}

/** What the different words that were asked weigh together in a text. */
function weigh(text, weightOf) {
  const weights = new Map();
  for (const word of wordsOf(text)) {
    const [weight, term] = weightOf.term(word);
    if (weight) weights.set(term, weight);
  }
  return [...weights.values()].reduce((sum, weight) => sum + weight, 0);
}

/** The stretch of a text in which most of what was asked stands together. */
function stretch(text, weightOf) {
  if (text.length <= PASSAGE) return text;
  const matches = [...text.matchAll(TOKEN)].filter((found) => wordsOf(found[0]).some(weightOf));
  let best = { start: 0, weight: 0 };
  for (const { index } of matches) {
    const start = sentenceStart(text, index);
    const weight = weigh(text.slice(start, start + PASSAGE), weightOf);
    if (weight > best.weight) best = { start, weight };
  }
  const end = best.start + PASSAGE;
  const cut = end < text.length ? `${text.slice(best.start, end).replace(/\s+\S*$/u, "")} …` : text.slice(best.start);
  return best.start > 0 ? `… ${cut}` : cut;
}

/** Where the sentence of a place begins, or a few words before it where that is far. */
function sentenceStart(text, index) {
  const before = text.slice(Math.max(0, index - PASSAGE / 2), index);
  const end = before.search(/[.!?:]\s+[^.!?:]*$/u);
  if (end >= 0) return index - before.length + end + before.slice(end).match(/^[.!?:]\s+/u)[0].length;
  const words = before.slice(-40).match(/\s\S.*$/u);
  return index < PASSAGE / 2 ? 0 : index - (words ? words[0].trimStart().length : 0);
}

/** Return {url, section, passage, titleParts} of a document for the words that were asked. */
export function shown(result, weightOf) {
  const weighed = result.sections.map(([anchor, heading, sentences], at) => {
    const text = sentences.join(" ");
    const weight = weigh(text, weightOf) + (at && heading ? HEADING * weigh(heading, weightOf) : 0);
    return { anchor, heading, text, weight };
  });
  // The first of equals, so that nobody is led past the beginning for nothing.
  const best = weighed.reduce((one, other) => (other.weight > one.weight ? other : one), weighed[0] ?? { anchor: "", heading: "", text: "", weight: 0 });
  const leadsDeeper = best.weight > 0 && best.heading !== "" && best.anchor !== "";
  const text = best.weight > 0 && best.text ? best.text : result.summary || weighed.find((section) => section.text)?.text || "";
  return {
    url: leadsDeeper ? `${result.url.split("#")[0]}#${best.anchor}` : result.url,
    section: leadsDeeper ? best.heading : "",
    titleParts: marked(result.title, weightOf),
    passage: marked(stretch(text, weightOf), weightOf),
  };
}
