// The words of a text as search sees them: the twin of base/tokens.py, which says why.
const UNSPACED = "\\u0e00-\\u0eff\\u1000-\\u109f\\u1780-\\u17ff\\u3040-\\u30ff\\u3400-\\u9fff\\u{20000}-\\u{3ffff}";
const WORD = "[\\p{L}\\p{N}\\p{M}]+(?:['’][\\p{L}\\p{M}]+)*";
const FOUND = new RegExp(`\\p{Nd}+(?:[.,]\\p{Nd}+)+|${WORD}(?:[-\\u2010\\u2011]${WORD})*`, "gu");
const NUMBER = /^\p{Nd}+(?:[.,]\p{Nd}+)+$/u;
const RUN = new RegExp(`[${UNSPACED}]+|[^${UNSPACED}]+`, "gu");
const IS_UNSPACED = new RegExp(`^[${UNSPACED}]`, "u");
const ELISION = /^(?:[cdjlmnst]|(?:jus|lors|puis|quoi)?qu|un|gl|(?:d?a|de|ne|su|co|que)ll|quest)['’](?=[aeiouhy])/u;
const ARABIC_ARTICLE = /^(?:[\u0648\u0628\u0643\u0641]?\u0627\u0644|\u0644\u0644)(?=[\u0621-\u064a]{2})/u;
const HAN = /[\u3400-\u9fff\u{20000}-\u{3ffff}]/gu;
const LONGEST = 40;

/** Return a text without case and diacritics. */
export function fold(text) {
  return text.toLowerCase().replaceAll("ß", "ss").normalize("NFKD").replaceAll("и\u0306", "й").replace(/(?![\u0900-\u18ff\u3099\u309a])\p{M}/gu, "").toLowerCase();
}

const cutAt = (text, length) => [...text].slice(0, length).join("");
const cut = (word) => cutAt(word, LONGEST);

function pairs(run) {
  if (!IS_UNSPACED.test(run)) return [cut(run)];
  const signs = run.match(/\P{M}\p{M}*|\p{M}+/gu);
  return signs.length < 2 ? [run] : [...(run.match(HAN) ?? []), ...signs.slice(1).map((sign, at) => signs[at] + sign)];
}

function group(found) {
  if (NUMBER.test(found)) return [cut(found.replaceAll(",", "."))];
  const parts = found.split(/[-\u2010\u2011]/u).map((part) => part.replace(ELISION, "").replace(/['’]s$/u, "").replace(/['’]/gu, ""));
  if (parts.length > 1) return [...parts.map(cut), cut(parts.join(""))];
  return (parts[0].replace(ARABIC_ARTICLE, "").match(RUN) ?? []).flatMap(pairs);
}

/** Return what stands between spaces: one word, or the parts of a compound and then the whole of it. */
export function wordGroups(text) {
  return (fold(text).match(FOUND) ?? []).map(group);
}

/** Return the words of a text, in its order. */
export const wordsOf = (text) => wordGroups(text).flat();

/** What two texts have in common that ask the same word for word; empty where a text has no words. */
export function questionKey(text, longest) {
  const words = wordsOf(text).map((word) => (word.length > 1 && word.endsWith("s") ? word.slice(0, -1) : word));
  return words.length ? cutAt(` ${words.join(" ")}`, longest) : "";
}

/** Compare two words by their code points, as the index is sorted. */
export function compare(one, other) {
  if (one === other) return 0;
  const [a, b] = [[...one], [...other]];
  const at = a.findIndex((letter, index) => letter !== b[index]);
  if (at < 0) return -1;
  return at >= b.length || a[at].codePointAt(0) > b[at].codePointAt(0) ? 1 : -1;
}
