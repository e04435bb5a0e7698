// Suggests articles of the help center while somebody types what is wrong.
// Words weigh more the rarer they are, and the word being typed may be unfinished.
import { helpPage } from "./page.js";

const WEIGHTS = { aliases: 3, title: 3, questions: 2, summary: 1 };
const MOST = 4;
/** The share of the question's weight that an article must hold to be worth a look. */
const ENOUGH = 0.4;
const SHORTEST_PREFIX = 3;
/** Milliseconds after which the form goes on without the articles. */
const PATIENCE = 15_000;

let loading = null;

/** Return every article: [{title, path, summary, aliases, questions, components, ticket}]; none without the file. */
export function loadLibrary(path) {
  loading ??= fetchLibrary(path).catch(() => []);
  return loading;
}

async function fetchLibrary(path) {
  const control = new AbortController();
  setTimeout(() => control.abort(), PATIENCE);
  const answer = await fetch(helpPage(path), { signal: control.signal });
  if (!answer.ok) return [];
  const { articles } = await answer.json();
  return articles.filter((article) => typeof article.path === "string");
}

/** Return the words of a text, without case and accents. */
export function wordsOf(text) {
  const plain = text.normalize("NFKD").replace(/\p{M}+/gu, "").toLowerCase().replace(/['’]/g, "");
  return plain.match(/[\p{L}\p{N}]+/gu) ?? [];
}

/**
 * Return the articles that may answer a question, best first.
 * @returns {Promise<{title: string, path: string, summary: string}[]>}
 */
export async function suggest(question, path) {
  return rank(question, indexOf(await loadLibrary(path)));
}

const indexes = new WeakMap();

function indexOf(library) {
  if (!indexes.has(library)) indexes.set(library, build(library));
  return indexes.get(library);
}

function build(library) {
  const entries = library.map((article) => ({ article, weights: weightsOf(article) }));
  const counts = new Map();
  for (const { weights } of entries) for (const word of weights.keys()) counts.set(word, (counts.get(word) ?? 0) + 1);
  return { entries, counts };
}

function weightsOf(article) {
  const weights = new Map();
  for (const [part, weight] of Object.entries(WEIGHTS)) {
    for (const text of [article[part]].flat()) {
      for (const word of wordsOf(text)) weights.set(word, Math.max(weights.get(word) ?? 0, weight));
    }
  }
  return weights;
}

/** Words that one asked word stands for: itself, and those that begin with it or that it only inflects. */
function formsOf(asked, counts) {
  if (counts.has(asked) && asked.length < SHORTEST_PREFIX) return [asked];
  return [...counts.keys()].filter((word) => word === asked || isNear(asked, word));
}

function isNear(asked, word) {
  const [short, long] = asked.length < word.length ? [asked, word] : [word, asked];
  if (short.length < SHORTEST_PREFIX || !long.startsWith(short)) return false;
  return short === asked || long.length - short.length <= 3;
}

function rank(question, { entries, counts }) {
  const rarity = (word) => Math.log(1 + entries.length / (counts.get(word) ?? 0.5));
  const asked = [...new Set(wordsOf(question))].map((word) => {
    const forms = formsOf(word, counts);
    return { forms, weight: Math.min(...(forms.length ? forms : [word]).map(rarity)) };
  });
  // A word that is in every third article says little.
  const telling = asked.filter(({ weight }) => weight > Math.log(1 + 3));
  const all = telling.reduce((sum, { weight }) => sum + weight, 0);
  const scored = entries.map(({ article, weights }) => {
    const hits = telling.map(({ forms, weight }) => ({ weight, best: Math.max(0, ...forms.map((form) => weights.get(form) ?? 0)) }));
    const covered = hits.reduce((sum, { weight, best }) => sum + (best ? weight : 0), 0);
    return { article, covered, score: hits.reduce((sum, { weight, best }) => sum + weight * best, 0) };
  });
  const good = scored.filter(({ covered }) => all && covered / all >= ENOUGH);
  good.sort((a, b) => b.score - a.score || a.article.path.localeCompare(b.article.path));
  return good.slice(0, MOST).map(({ article: { title, path, summary } }) => ({ title, path, summary }));
}
