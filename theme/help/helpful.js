// "Was this helpful?": turns the two links into buttons, thanks or asks why, and leads to the next best help.
// Where the site names an endpoint the answer is sent there, once a page view; else nothing is sent.
import { send as sendTo, wantsNoTracking } from "./beacon.js";
import { page } from "./page.js";
import { language } from "./say.js";
import { notHelpful } from "./unresolved.js";

/** The longest text that is sent, in characters. */
const LENGTH = 500;

const section = document.querySelector("[data-wp-helpful]");

/** What is sent: these keys and no others. See docs/feedback-and-privacy.md. */
export function vote(helpful, reason, text) {
  const said = text.trim().slice(0, LENGTH);
  return { page: page.path, helpful, reason, ...(said ? { text: said } : {}), language };
}

function start() {
  const endpoint = wantsNoTracking() ? "" : section.dataset.wpHelpful;
  const part = (name) => section.querySelector(`[data-part="${name}"]`);
  const said = section.querySelector(".wp-helpful__said");
  const form = part("no");
  let isSent = false;

  const reason = () => form.elements.reason.value || null;

  function send(body) {
    if (!endpoint || isSent) return;
    isSent = true;
    sendTo(endpoint, body);
  }

  function say(name) {
    said.textContent = said.dataset[name];
    said.focus();
  }

  /** Ask for nothing more than what was sent. */
  function close() {
    for (const done of [form.querySelector("fieldset"), part("text"), part("hint"), part("send")]) done.hidden = true;
  }

  function answer(choice) {
    section.querySelector(".wp-helpful__ask").hidden = true;
    part(choice).hidden = false;
    if (choice === "yes") {
      send(vote(true, null, ""));
      say("yes");
      return;
    }
    notHelpful();
    form.elements.reason[0].focus();
    // A No counts although nobody presses Send; what was typed is theirs until they do.
    addEventListener("pagehide", () => {
      send(vote(false, reason(), ""));
      // The way back may lead to this very page, and by then the answer has gone without the text.
      if (isSent) close();
    });
  }

  for (const link of section.querySelectorAll("[data-answer]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = link.className;
    button.textContent = link.textContent;
    button.addEventListener("click", () => answer(link.dataset.answer));
    link.replaceWith(button);
  }

  form.addEventListener("change", ({ target }) => {
    if (target.dataset.hint) part("hint").textContent = target.dataset.hint;
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!endpoint) return;
    send(vote(false, reason(), form.elements.text.value));
    close();
    say("sent");
  });
  for (const name of ["text", "send"]) part(name).hidden = !endpoint;
}

if (section) start();
