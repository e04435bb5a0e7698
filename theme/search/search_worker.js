// The search itself, beside the page: a question comes in, what answers it goes out.
import { shown } from "./search_passages.js";
import { rank } from "./search_ranking.js";
import { Shards, Unreadable } from "./search_shards.js";

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
const categoryOf = (shards, document) => shards.table.categories[shards.table.category[document]];

function counted(values) {
  const counts = new Map();
  for (const value of values) if (value !== undefined) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]);
}

/** The words of the index that stand for what was asked, for marks: each with its weight and its term. */
async function asked(shards, concepts) {
  const terms = new Map();
  for (const { weight, candidates } of concepts) for (const { entry } of candidates) terms.set(entry.term, Math.max(1, weight));
  const forms = new Map();
  for (const { form, entry } of concepts.flatMap(({ candidates }) => candidates)) {
    for (const [other, { term }] of await shards.near(form)) if (terms.has(term)) forms.set(other, [terms.get(term), term]);
    // The words of a phrase are marked one by one.
    for (const word of form.split(" ")) if (!shards.stop.has(word) && !forms.has(word)) forms.set(word, [terms.get(entry.term), entry.term]);
  }
  const weightOf = (word) => forms.get(word)?.[0] ?? 0;
  weightOf.term = (word) => forms.get(word) ?? [0, ""];
  return weightOf;
}

async function answer(shards, { question, typing, kinds, categories, limit }) {
  const { order: found, concepts, state, corrected } = await rank(shards, question, { typing });
  const wanted = found.filter((document) => {
    const category = categoryOf(shards, document)?.id;
    return (!kinds.length || kinds.includes(kindOf(shards, document))) && (!categories.length || categories.includes(category));
  });
  const weightOf = found.length ? await asked(shards, concepts) : null;
  const hits = await Promise.all(wanted.slice(0, limit).map(async (document) => {
    const result = await shards.result(document);
    const { title, components } = result;
    return { title, components, kind: kindOf(shards, document), category: categoryOf(shards, document) ?? null, ...shown(result, weightOf) };
  }));
  return {
    state,
    question,
    corrected: found.length ? corrected : "",
    hits,
    total: wanted.length,
    kinds: counted(found.map((document) => kindOf(shards, document))).map(([kind, count]) => ({ kind, count })),
    categories: counted(found.map((document) => categoryOf(shards, document))).map(([category, count]) => ({ ...category, count })),
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
