// Reads and fills the fields of the ticket form, and says what is missing.
import { say } from "./say.js";

const EMAIL = /^[^\s@<>"',;:]+@[^\s@<>"',;:]+\.[^\s@<>"',;:]+$/;

/** Return every field that has something in it, by name. */
export function fieldsOf(form) {
  const found = new Map();
  for (const field of form.elements) {
    if (!field.name || (field.type === "radio" && !field.checked)) continue;
    found.set(field.name, field.type === "checkbox" ? field.checked : field.value);
  }
  return found;
}

/** Return the names of the fields that are no longer as the page came: people may be faster than scripts. */
export function changedFields(form) {
  const isChanged = (field) => (field.type === "radio" ? field.checked : field.defaultValue !== undefined && field.value !== field.defaultValue);
  return new Set([...form.elements].filter(isChanged).map(({ name }) => name));
}

/** Put values into the fields of their names; a radio button or an option that does not exist is ignored. */
export function fill(form, values) {
  for (const field of form.elements) {
    if (!values.has(field.name)) continue;
    const value = values.get(field.name);
    if (field.type === "radio") field.checked = field.value === value;
    else if (field.type === "checkbox") field.checked = value === true;
    else if (typeof value !== "string") continue;
    else if (field.tagName !== "SELECT" || [...field.options].some((option) => option.value === value)) field.value = value;
  }
}

/** Show the questions of one category and hide the others. */
export function showQuestions(form, category) {
  for (const part of form.querySelectorAll("[data-wp-category]")) part.hidden = part.dataset.wpCategory !== category;
}

/** Return the questions of a category with what was answered: [{name, label, required, answer}]. */
export function answersOf(category, fields) {
  return (category?.ask ?? []).map(({ id, label, required }) => {
    // Ids hold no two hyphens in a row, so no two questions share a name.
    const name = `ask-${category.id}--${id}`;
    return { name, label, required, answer: (fields.get(name) ?? "").trim() };
  });
}

/** Return what is missing or wrong, in the order of the page: [{name, message}]. */
export function faultsOf(data, fields, category) {
  const found = [];
  const missing = (name) => !(fields.get(name) ?? "").trim();
  if (data.categories.length && !category) found.push("category");
  for (const name of ["urgency", "subject", "details"]) if (missing(name)) found.push(name);
  const faults = found.map((name) => ({ name, message: say(`ticket.error.${name}`) }));
  for (const { name, label, required, answer } of answersOf(category, fields)) {
    if (required && !answer) faults.push({ name, message: say("ticket.error.answer", { label }) });
  }
  const email = (fields.get("email") ?? "").trim();
  if (email && !EMAIL.test(email)) faults.push({ name: "email", message: say("ticket.error.email") });
  return faults;
}

const firstField = (form, name) => form.querySelector(`[name="${CSS.escape(name)}"]`);

/** Say beside each field, and together above the form, what is missing; nothing when nothing is. */
export function showFaults(form, faults) {
  for (const part of form.querySelectorAll("[data-wp-field]")) {
    const fault = faults.find(({ name }) => name === part.dataset.wpField);
    const error = part.querySelector(".wp-error");
    error.textContent = fault?.message ?? "";
    error.hidden = !fault;
    for (const field of part.querySelectorAll("input, textarea, select")) {
      if (fault) field.setAttribute("aria-invalid", "true");
      else field.removeAttribute("aria-invalid");
    }
  }
  const summary = form.querySelector("[data-wp-faults]");
  summary.hidden = !faults.length;
  if (!faults.length) return;
  summary.querySelector("h2").textContent = say("ticket.error.title", { count: faults.length });
  summary.querySelector("ul").replaceChildren(...faults.map((fault) => faultLink(form, fault)));
  summary.focus();
  summary.scrollIntoView({ block: "center" });
}

function faultLink(form, { name, message }) {
  const link = document.createElement("a");
  const field = firstField(form, name);
  link.textContent = message;
  link.href = field.id ? `#${field.id}` : "#main";
  link.addEventListener("click", (event) => {
    event.preventDefault();
    field.focus();
  });
  const item = document.createElement("li");
  item.append(link);
  return item;
}
