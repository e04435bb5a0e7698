// The ticket form: keeps what is typed, shows what is known and what would be sent, and opens the form or sends.
import { forget, noteQuestion } from "./journey.js";
import { whenKnown } from "./now.js";
import { helpPage } from "./page.js";
import { put } from "./put.js";
import { say } from "./say.js";
import { loadLibrary, suggest } from "./suggest.js";
import { showAnswer } from "./ticket_answer.js";
import { arrival } from "./ticket_arrival.js";
import { forgetDraft, keepDraft, readDraft } from "./ticket_draft.js";
import { changedFields, faultsOf, fieldsOf, fill, showFaults, showQuestions } from "./ticket_form.js";
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
let query = form.dataset.wpArrival ?? (isReturn ? readDraft().arrival : null) ?? "";
let brought = arrival(query, data, []);
let present = null;
// Names of the fields that the person filled in, from now on or before this script was there.
const touched = changedFields(form);
let isSending = false;
let hasTried = false;
let chosenUrgency = touched.has("urgency");

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
  for (const error of form.querySelectorAll(".wp-error:not([hidden])")) {
    const name = error.closest("[data-wp-field]").dataset.wpField;
    if (faults.some((fault) => fault.name === name)) continue;
    error.hidden = true;
    for (const field of error.closest("[data-wp-field]").querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
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
  touched.add(target.name);
  if (target.name === "urgency") chosenUrgency = true;
  if (target.name === "category") suggestUrgency();
  // Before anything is shown: what is typed outlives whatever goes wrong here.
  keep();
  if (target.name === "subject") suggestSoon();
  update();
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
  put(part("suggest-count"), found.length ? say("ticket.suggested", { count: found.length }) : "");
}

function suggestionItem({ title, path, summary }) {
  const link = document.createElement("a");
  link.href = helpPage(path);
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
  forgetAll();
  showSent(form, document.querySelector("[data-wp-done]"), outcome);
}

/** While a request is on its way nothing can be added that would not be in it. */
function setSending(value) {
  isSending = value;
  const button = part("send");
  // A field that is switched off loses the focus, and the key that sends it may have been pressed in one.
  if (value) button.focus({ preventScroll: true });
  form.setAttribute("aria-busy", String(value));
  part("fields").disabled = part("again").disabled = value;
  button.setAttribute("aria-disabled", String(value));
  button.textContent = say(value ? "ticket.sending" : "ticket.send");
}

/** A mail with the same text, for when the API does not take it, and whether it had to be shortened. */
function mailLink(request) {
  const params = [["subject", "{subject}"], ["body", "{description}"]];
  const recipe = { url: `mailto:${data.mail}`, place: "query", newline: "\r\n", markup: false, budget: 2000, params, priorities: {} };
  return ticketLink(recipe, request);
}

part("copy").addEventListener("click", async () => {
  const { composed } = update();
  const status = part("copied");
  status.textContent = await copyText([composed.request.subject, composed.text].filter(Boolean).join("\n\n"), part("text"));
});

/** Forget what was written, and what led here. */
function forgetAll() {
  form.reset();
  forgetDraft();
  forget();
  touched.clear();
  chosenUrgency = hasTried = false;
  query = "";
  brought = arrival(query, data, []);
}

part("again").addEventListener("click", () => {
  forgetAll();
  for (const name of ["failed", "suggest", "faults"]) part(name).hidden = true;
  showFaults(form, []);
  update();
  form.querySelector("input").focus();
});

whenKnown((now, view) => {
  present = { now, view };
  update();
});

/** Put values into the fields that the person left alone. */
function fillUntouched(values) {
  fill(form, new Map([...values].filter(([name]) => !touched.has(name))));
}

/** A new address brings its own category, urgency and question along, and so does the article it came from. */
function takeUp(draft) {
  const isNew = Boolean(form.dataset.wpArrival);
  const values = new Map();
  for (const name of ["category", "urgency"]) {
    if (brought[name] && (isNew || !draft.has(name))) values.set(name, brought[name]);
  }
  if (brought.asked && !draft.get("subject")) values.set("subject", brought.asked.slice(0, 160));
  fillUntouched(values);
  chosenUrgency ||= values.has("urgency");
  suggestUrgency();
  keep();
  update();
}

/** Start from the draft and the address; what only the list of articles knows follows once it is there. */
async function start() {
  const draft = readDraft().fields;
  fillUntouched(draft);
  chosenUrgency ||= draft.has("urgency");
  takeUp(draft);
  if (brought.asked) noteQuestion(brought.asked);
  if (form.elements.subject.value) showSuggestions();
  const library = await loadLibrary(data.suggestions);
  // It may have been sent by then.
  if (form.hidden) return;
  brought = arrival(query, data, library);
  takeUp(draft);
}

start();
