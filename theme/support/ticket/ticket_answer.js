// Says by when the first answer comes, reckoned in business hours and told by the reader's clock.
import { readerZone, when } from "./contact_time.js";
import { answerBy } from "./hours.js";
import { put } from "./put.js";
import { say } from "./say.js";

/** The plan that was chosen on the contact page, in this browser tab. */
function planOf(support) {
  try {
    const id = sessionStorage.getItem("waypost-plan");
    return support.tiers.filter((tier) => tier.id === id);
  } catch {
    return [];
  }
}

/** Fill the line below the urgency: for the plan that is known, or for every plan. */
export function showAnswer(line, support, urgency) {
  if (!line) return;
  const now = Date.now();
  const own = planOf(support);
  const answers = (own.length ? own : support.tiers).map((tier) => {
    const moment = answerBy(support, tier, urgency, now);
    return say("ticket.answer_tier", { name: tier.name, time: moment === null ? say("ticket.answer_none") : when(moment, now, readerZone()) });
  });
  put(line, urgency ? say("ticket.answer", { list: answers.join(" · ") }) : "");
}
