// What a person brings to the ticket form: the query of the address, and the journey of this browser tab.
// Everything in it may have been written by somebody else: unknown values are ignored, texts stay texts.
import { read } from "./journey.js";
import { helpPage } from "./page.js";

const LONGEST_QUESTION = 300;

const known = (list, id) => list.find((item) => item.id === id);

/**
 * Return {question, searches, category, urgency, source, articles, steps}: ids of the form or empty, `searches` the
 * other questions without an answer, `source` the entry of the article that the person came from or null.
 */
export function arrival(search, data, library) {
  const query = new URLSearchParams(search);
  const journey = read();
  const source = articleAt(library, query.get("from")) ?? articleAt(library, journey.page?.path);
  const asked = (query.get("q") ?? "").replace(/\s+/g, " ").trim().slice(0, LONGEST_QUESTION);
  const hint = source?.ticket;
  const question = asked || journey.question;
  return {
    question,
    searches: journey.unresolved.map((search) => search.question).filter((text) => text !== question),
    asked,
    category: known(data.categories, query.get("category"))?.id ?? known(data.categories, hint?.category)?.id ?? "",
    urgency: known(data.priorities, query.get("urgency"))?.id ?? known(data.priorities, hint?.priority)?.id ?? "",
    source,
    articles: journey.articles.map(({ title, path }) => ({ title, url: helpPage(path) })),
    steps: journey.steps.map(({ tree, question, answer }) => ({ tree: tree.title, question, answer })),
    page: source ? helpPage(source.path) : "",
  };
}

/** The article at a path, or the one that a step of a troubleshooter belongs to. */
function articleAt(library, path) {
  if (!path) return null;
  const wanted = path.replace(/[?#].*$/, "");
  const hits = library.filter((article) => wanted === article.path || wanted.startsWith(article.path));
  return hits.reduce((best, article) => (best && best.path.length > article.path.length ? best : article), null);
}
