// What a result shows of a document: which part of it answers, where that leads, and its first words.
import { wordsOf } from "./search_words.js";

const PASSAGE = 150;
const TOKEN = /[\p{L}\p{N}]+(?:['’]\p{L}+)*/gu;

/**
 * Cut a text into [text, isMatch] at its words.
 * @param {Set<string>} asked the words that were asked, in every form
 */
export function marked(text, asked) {
  const parts = [];
  let at = 0;
  for (const found of matches(text, asked)) {
    if (found.index > at) parts.push([text.slice(at, found.index), false]);
    parts.push([found[0], true]);
    at = found.index + found[0].length;
  }
  if (at < text.length) parts.push([text.slice(at), false]);
  return parts;
}

const matches = (text, asked) => [...text.matchAll(TOKEN)].filter(([word]) => wordsOf(word).some((one) => asked.has(one)));

/**
 * Return {url, title, titleParts, article, section, passage} of a document.
 * @param {number | undefined} number that of its passage nearest to the question. The result is what holds it: a heading is
 * shown as itself, with what it is part of as its `article`; of a sentence, the heading above it is the `section`.
 * @param {(heading: string) => boolean} isOne whether a heading tells its article from the others
 */
export function shown(result, number, asked, isOne) {
  const nearest = result.passages[number];
  const [anchor, heading] = result.sections[nearest?.section] ?? ["", ""];
  const leadsDeeper = anchor !== "" && heading !== "";
  const isItself = leadsDeeper && nearest.isName === true && isOne(heading);
  const title = isItself ? heading : result.title;
  return {
    url: leadsDeeper ? `${result.url.split("#")[0]}#${anchor}` : result.url,
    title,
    titleParts: marked(title, asked),
    article: isItself ? result.title : result.article,
    section: leadsDeeper && !isItself ? heading : "",
    passage: marked(opening(passageOf(result, number), nearest?.text ?? "", asked), asked),
  };
}

const joined = (passages) => passages.map(({ text }) => text).join(" ");

/** The nearest passage with what follows it in its section; of a title or an alias, what the document is about. */
function passageOf({ passages, summary }, number) {
  const sentences = passages.filter(({ section, isName }) => section >= 0 && !isName);
  const { section } = passages[number] ?? {};
  const following = sentences.filter((one) => one.section === section && passages.indexOf(one) >= number);
  return joined(following) || summary || joined(sentences);
}

/** The first words of a text; where its first sentence is long, from the word on that was asked. */
function opening(text, sentence, asked) {
  const first = matches(text, asked)[0]?.index ?? 0;
  const start = first >= PASSAGE && first < sentence.length ? first : 0;
  const end = start + PASSAGE;
  const cut = end < text.length ? `${text.slice(start, end).replace(/\s+\S*$/u, "")} …` : text.slice(start);
  return start > 0 ? `… ${cut}` : cut;
}
