// Above the results: the sentence that answers as it stands in an article, and whether that was what somebody looked for.
import { helpPage } from "./page.js";
import { say } from "./say.js";
import { incidentQuote } from "./search_results.js";
import { make, marked } from "./search_text.js";

/**
 * Make what quotes the answer; empty where nothing is sure enough to be one. Where no article answers, it is what was
 * said last of an incident that the question is about, or that the first result depends on.
 * @param {{helped: () => void, unhelped: () => void}} taken what is called by who has found it here, and who has not
 */
export function quoteBox(answer, taken) {
  const ofArticle = answer.quote && { ...answer.quote, href: helpPage(answer.quote.url) };
  const quote = ofArticle ?? incidentQuote(answer.events) ?? incidentQuote(answer.hits[0]?.components ?? []);
  if (!quote) return "";
  const from = make("a", "wp-quote__from", quote.title);
  from.href = quote.href;
  for (const name of ["click", "auxclick"]) from.addEventListener(name, taken.helped);
  return make("div", "wp-quote", make("blockquote", "", ...marked(quote.parts)), from, wasIt(taken));
}

/** Ask whether that was it. */
function wasIt({ helped, unhelped }) {
  const row = make("p", "wp-quote__ask", make("span", "", say("search.quote_ask")));
  const choice = (name, thanks, act) => {
    const button = make("button", "wp-button wp-button--quiet", name);
    button.type = "button";
    button.addEventListener("click", () => {
      act();
      const done = make("span", "", thanks);
      done.tabIndex = -1;
      row.replaceChildren(done);
      done.focus();
    });
    return button;
  };
  row.append(choice(say("search.quote_yes"), say("search.quote_yes_done"), helped), choice(say("search.quote_no"), say("search.quote_no_done"), unhelped));
  return row;
}
