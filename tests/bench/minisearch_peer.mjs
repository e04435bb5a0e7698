// Answers the questions of the search bench with MiniSearch: words come in, the numbers of the best articles go out.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const MiniSearch = createRequire(import.meta.url)("minisearch");
const { texts, questions, stems, stop, limit } = JSON.parse(readFileSync(0, "utf-8"));
const stopWords = new Set(stop);
const known = new Set();
const termOf = (word) => (stopWords.has(word) ? null : (stems[word] ?? word));
const index = new MiniSearch({
  fields: ["title", "text"],
  tokenize: (words) => words.split(" "),
  processTerm: (word) => {
    const term = termOf(word);
    if (term) known.add(term);
    return term;
  },
});
index.addAll(texts.map(([title, text], id) => ({ id, title: title.join(" "), text: text.join(" ") })));
const options = { processTerm: termOf, boost: { title: 2 }, fuzzy: (term) => (known.has(term) ? false : 0.2) };
const found = questions.map((words) => index.search(words.join(" "), options).slice(0, limit).map(({ id }) => id));
process.stdout.write(JSON.stringify(found));
