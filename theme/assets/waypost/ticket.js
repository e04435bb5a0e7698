// The ticket form: keeps what is typed, shows what is known and what would be sent, and opens the form or sends.
import { forget, noteQuestion } from "./journey.js";
import { whenKnown } from "./now.js";
import { helpRoot } from "./page.js";
import { say } from "./say.js";
import { loadLibrary, suggest } from "./suggest.js";
import { showAnswer } from "./ticket_answer.js";
import { arrival } from "./ticket_arrival.js";
import { forgetDraft, keepDraft, readDraft } from "./ticket_draft.js";
import { faultsOf, fieldsOf, fill, showFaults, showQuestions } from "./ticket_form.js";
import { showKnown } from "./ticket_known.js";
import { copyText, showFailed, showSent } from "./ticket_outcome.js";
import { componentsOf, compose, showPreview } from "./ticket_preview.js";
import { sendTicket } from "./ticket_send.js";
import { ticketLink } from "./ticket_link.js";

/** Milliseconds after the last key before articles are suggested. */
const PAUSE = 200;

const data = JSON.parse(document.getElementById("wp-ticket").textContent);
const form = document.querySelector("[data-wp-ticket]");
const part = (name) => form.querySelector(`[data-wp-${name}]`);
// Of an earlier visit only a reload or the way back takes up what it came with.
const isReturn = performance.getEntriesByType("navigation")[0]?.type !== "navigate";
const query = form.dataset.wpArrival ?? (isReturn ? readDraft().arrival : null) ?? "";
let brought = arrival(query, data, []);
let present = null;
let isSending = false;
let hasTried = false;
let chosenUrgency = false;

/** Show everything that follows from what is in the form. */
function update() {
  const fields = fieldsOf(form);
  const category = data.categories.find(({ id }) => id === fields.get("category"));
  showQuestions(form, category?.id);
  const composed = compose(data, fields, brought, present);
  showPreview(form, composed, data);
  showAnswer(part("answer"), data.support, fields.get("urgency"));
  if (present) showKnown(part("known"), present.now, present.view, componentsOf(category, brought));
  const open = part("open");
  if (open) open.href = composed.link.url;
  if (hasTried) refreshFaults(faultsOf(data, fields, category));
  return { fields, category, composed };
}

/** Take back what was complained of and is mended, without moving the focus. */
function refreshFaults(faults) {
  for (const said of form.querySelectorAll(".wp-error:not([hidden])")) {
    const name = said.closest("[data-wp-field]").dataset.wpField;
    if (faults.some((fault) => fault.name === name)) continue;
    said.hidden = true;
    for (const field of said.closest("[data-wp-field]").querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
  }
  if (!faults.length) part("faults").hidden = true;
}

/** Return what would be sent, or null once what is missing was said. */
function checked() {
  const { fields, category, composed } = update();
  const faults = faultsOf(data, fields, category);
  hasTried = true;
  showFaults(form, faults);
  return faults.length ? null : composed;
}

function keep() {
  keepDraft(fieldsOf(form), query);
}

/** A category brings its usual urgency along, until the person chooses one. */
function suggestUrgency() {
  const category = data.categories.find(({ id }) => id === fieldsOf(form).get("category"));
  if (!chosenUrgency && category?.priority) fill(form, new Map([["urgency", category.priority]]));
}

form.addEventListener("input", ({ target }) => {
  if (target.name === "urgency") chosenUrgency = true;
  if (target.name === "category") suggestUrgency();
  if (target.name === "subject") suggestSoon();
  update();
  keep();
});

let waiting = 0;
let asked = 0;

function suggestSoon() {
  clearTimeout(waiting);
  waiting = setTimeout(showSuggestions, PAUSE);
}

async function showSuggestions() {
  const turn = ++asked;
  const found = await suggest(form.elements.subject.value, data.suggestions);
  if (turn !== asked) return;
  const box = part("suggest");
  box.hidden = !found.length;
  box.querySelector("ul").replaceChildren(...found.map(suggestionItem));
  part("suggest-count").textContent = found.length ? say("ticket.suggested", { count: found.length }) : "";
}

function suggestionItem({ title, path, summary }) {
  const link = document.createElement("a");
  link.href = new URL(path, helpRoot).href;
  link.textContent = title;
  const about = document.createElement("small");
  about.textContent = summary;
  const item = document.createElement("li");
  item.append(link, about);
  return item;
}

part("open")?.addEventListener("click", (event) => {
  const composed = checked();
  if (!composed) event.preventDefault();
  else event.currentTarget.href = composed.link.url;
});

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (part("send")) send();
  else part("open").click();
});

async function send() {
  if (isSending) return;
  const composed = checked();
  if (!composed) return;
  setSending(true);
  part("failed").hidden = true;
  const outcome = await sendTicket(composed.link.url, composed.link.body);
  setSending(false);
  if (outcome.reason) {
    showFailed(part("failed"), outcome, mailLink(composed.request), data.mail, send);
    return;
  }
  forgetDraft();
  forget();
  form.reset();
  showSent(form, document.querySelector("[data-wp-done]"), outcome);
}

function setSending(value) {
  isSending = value;
  const button = part("send");
  button.setAttribute("aria-disabled", String(value));
  button.textContent = say(value ? "ticket.sending" : "ticket.send");
}

/** A mail with the same text, for when the API does not take it. */
function mailLink(request) {
  const params = [["subject", "{subject}"], ["body", "{description}"]];
  const recipe = { url: `mailto:${data.mail}`, place: "query", newline: "\r\n", markup: false, budget: 2000, params, priorities: {} };
  return ticketLink(recipe, request).url;
}

part("copy").addEventListener("click", async () => {
  const { composed } = update();
  const said = part("copied");
  said.textContent = await copyText([composed.request.subject, composed.text].filter(Boolean).join("\n\n"), part("text"));
});

part("again").addEventListener("click", () => {
  form.reset();
  forgetDraft();
  forget();
  chosenUrgency = hasTried = false;
  brought = arrival("", data, []);
  for (const name of ["failed", "suggest", "faults"]) part(name).hidden = true;
  showFaults(form, []);
  update();
  form.querySelector("input").focus();
});

whenKnown((now, view) => {
  present = { now, view };
  update();
});

/** Start from the draft; a new address brings its own category, urgency and question along. */
async function start() {
  const draft = readDraft();
  fill(form, draft.fields);
  update();
  brought = arrival(query, data, await loadLibrary(data.suggestions));
  const isNew = Boolean(form.dataset.wpArrival);
  const start = new Map();
  if (brought.category && (isNew || !draft.fields.has("category"))) start.set("category", brought.category);
  if (brought.urgency && (isNew || !draft.fields.has("urgency"))) start.set("urgency", brought.urgency);
  if (brought.asked && !draft.fields.get("subject")) start.set("subject", brought.asked.slice(0, 160));
  // Somebody may have begun to fill the form while the articles were on their way.
  const untouched = new Map([...start].filter(([name]) => !fieldsOf(form).get(name) || isNew));
  fill(form, untouched);
  if (brought.asked) noteQuestion(brought.asked);
  chosenUrgency ||= draft.fields.has("urgency") || start.has("urgency");
  suggestUrgency();
  if (form.elements.subject.value) showSuggestions();
  update();
  keep();
}

start();
