// The search itself, beside the page: a question comes in, what answers it goes out.
import { marked, shown } from "./search_passages.js";
import { quote } from "./search_quote.js";
import { rank } from "./search_ranking.js";
import { Shards, Unreadable } from "./search_shards.js";
import { wordsOf } from "./search_words.js";

/** Topics that are named where nothing answers. */
const TOPICS = 4;

let loading = null;

function index(root, cache) {
  loading ??= Shards.load(root, cache);
  loading.catch(() => { loading = null; });
  return loading;
}

/** Do something with the index; where a file of it is gone, a newer build has taken its place. */
async function withIndex(root, action) {
  try {
    return await action(await index(root));
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    loading = null;
    return action(await index(root, "reload"));
  }
}

const kindOf = (shards, document) => shards.table.kinds[Number(shards.table.kind[document])];
/** Where an article stands: its category, or its section, whose id is that of its category and its own. */
const placeOf = (shards, document) => shards.table.categories[shards.table.category[document]];
function categoryOf(shards, document) {
  const name = placeOf(shards, document)?.id.split("/")[0];
  return shards.table.categories.find(({ id }) => id === name);
}

function counted(values) {
  const counts = new Map();
  for (const value of values) if (value !== undefined) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]);
}

const topics = (shards) => counted(shards.table.category.map((_, document) => categoryOf(shards, document))).slice(0, TOPICS).map(([category]) => category);

/** The words that say what was asked, each with all forms in which it may stand somewhere. */
async function askedForms(shards, concepts) {
  return Promise.all(concepts.filter(({ isContent }) => isContent).map(async ({ asked, candidates, weight }) => {
    // The words of a phrase are marked one by one.
    const words = candidates.flatMap(({ form }) => form.split(" ")).filter((word) => !shards.stop.has(word));
    const forms = await Promise.all(words.map((word) => shards.inflections(word)));
    return { weight, forms: new Set([asked, ...words, ...forms.flat()]) };
  }));
}

/** Those of some events that a question is about: it has a word of what the event is in, or half of it is in the event's title. */
function eventsOf(events, asked) {
  const weigh = (words) => asked.filter(({ forms }) => words.some((word) => forms.has(word))).reduce((sum, { weight }) => sum + weight, 0);
  const whole = asked.reduce((sum, { weight }) => sum + weight, 0);
  return events.filter(({ name, title }) => weigh(wordsOf(name)) > 0 || (whole > 0 && weigh(wordsOf(title)) * 2 >= whole));
}

/** The sentence that answers, with its words marked; null where none does, or where filters have left its article out. */
async function quoted(shards, ranking, wanted, words) {
  const found = wanted[0] === ranking.order[0] ? await quote(shards, ranking) : null;
  if (!found) return null;
  const { title, url } = await shards.result(found.document);
  return { parts: marked(found.text, words), title, url: `${url.split("#")[0]}${found.anchor && `#${found.anchor}`}` };
}

async function answer(shards, { question, typing, asTyped, kinds, categories, limit, events }) {
  const ranking = await rank(shards, question, { typing, asTyped });
  const { order, passages, concepts, state, corrected } = ranking;
  const wanted = order.filter((document) => {
    const within = (name) => [placeOf(shards, document)?.id, categoryOf(shards, document)?.id].includes(name);
    return (!kinds.length || kinds.includes(kindOf(shards, document))) && (!categories.length || categories.some(within));
  });
  const asked = await askedForms(shards, concepts);
  const words = new Set(asked.flatMap(({ forms }) => [...forms]));
  const first = wanted.slice(0, limit);
  const results = await Promise.all(first.map((document) => shards.result(document)));
  // "What to do" of five articles says nothing.
  const headings = results.flatMap(({ sections }) => sections.map(([, heading]) => heading));
  const isOne = (heading) => headings.indexOf(heading) === headings.lastIndexOf(heading);
  const hits = results.map((result, at) => ({
    components: result.components,
    kind: kindOf(shards, first[at]),
    category: categoryOf(shards, first[at]) ?? null,
    place: [...new Set([categoryOf(shards, first[at]), placeOf(shards, first[at])])].map((it) => it?.title).filter(Boolean),
    ...shown(result, passages.get(first[at]), words, isOne),
  }));
  return {
    state,
    question,
    corrected: order.length ? corrected : "",
    quote: await quoted(shards, ranking, wanted, words),
    hits,
    total: wanted.length,
    kinds: counted(order.map((document) => kindOf(shards, document))).map(([kind, count]) => ({ kind, count })),
    categories: counted(order.map((document) => categoryOf(shards, document))).map(([category, count]) => ({ ...category, count })),
    nearest: state === "nothing" ? topics(shards) : [],
    events: eventsOf(events, asked).flatMap(({ components }) => components),
  };
}

addEventListener("message", async ({ data }) => {
  const { id, root, ...asking } = data;
  try {
    if (asking.question === undefined) await index(root);
    else postMessage({ id, answer: await withIndex(root, (shards) => answer(shards, asking)) });
  } catch (error) {
    postMessage({ id, failed: String(error) });
  }
});
