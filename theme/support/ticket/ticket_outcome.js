// Says what became of a request: sent with its number and deadline, or not sent and what to do now.
import { readerZone } from "./contact_time.js";
import { locale, say } from "./say.js";

/** Show the number and the deadline in place of the form. */
export function showSent(form, done, { number, deadline }) {
  const [head, promise, keep] = [done.querySelector("h2"), ...done.querySelectorAll("p")];
  head.textContent = number ? say("ticket.sent", { number }) : say("ticket.sent_bare");
  promise.textContent = deadline ? say("ticket.deadline", { time: timeOf(deadline), zone: readerZone() }) : "";
  keep.textContent = number ? say("ticket.keep_number") : "";
  form.hidden = true;
  done.hidden = false;
  done.focus();
  done.scrollIntoView({ block: "center" });
}

function timeOf(date) {
  const parts = { weekday: "long", day: "numeric", month: "long", hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  return new Intl.DateTimeFormat(locale, parts).format(date);
}

/**
 * Say why a request was not taken, or may not have been, and offer to try again or to write a mail with the same text.
 * @param {{url: string, shortened: boolean}} letter the mail
 */
export function showFailed(box, failure, letter, mail, again) {
  box.querySelector("h2").textContent = say(failure.isUnsure ? "ticket.failed.title_unsure" : "ticket.failed.title");
  box.querySelector("p").textContent = say(`ticket.failed.${failure.reason}`, failure);
  const retry = document.createElement("button");
  retry.type = "button";
  retry.className = "wp-button wp-button--quiet";
  retry.textContent = say("ticket.failed.again");
  retry.addEventListener("click", again);
  const ways = [retry];
  if (mail) {
    const link = document.createElement("a");
    link.href = letter.url;
    link.textContent = say("ticket.failed.mail", { address: mail });
    ways.push(link);
    if (letter.shortened) ways.push(noteOf(say("ticket.failed.mail_shortened")));
  }
  box.querySelector(".wp-failed__ways").replaceChildren(...ways);
  box.hidden = false;
  box.focus();
  box.scrollIntoView({ block: "center" });
}

function noteOf(text) {
  const note = document.createElement("small");
  note.textContent = text;
  return note;
}

/** Copy a text; where the browser refuses, select it so that a key can. Returns what to say of it. */
export async function copyText(text, shown) {
  try {
    await navigator.clipboard.writeText(text);
    return say("ticket.copied");
  } catch {
    getSelection()?.selectAllChildren(shown);
    return say("ticket.not_copied");
  }
}
