// Puts together what would be sent, and shows exactly that.
import { put } from "./put.js";
import { language, say } from "./say.js";
import { answersOf } from "./ticket_form.js";
import { describe, ticketLink } from "./ticket_link.js";

/** What can be left out, each with a tick of its own. */
export const PARTS = ["question", "steps", "articles", "status", "page", "browser"];

/**
 * Put a request together.
 * @param {object} data what the page of the form brought along
 * @param {Map<string, string | boolean>} fields what is in the form
 * @param {object} brought what `arrival` returned
 * @param {{now: object, view: object} | null} present what now.js knows, once it is known
 * @returns {{named: object, request: object, link: object, text: string, available: object}}
 */
export function compose(data, fields, brought, present) {
  const category = data.categories.find(({ id }) => id === fields.get("category"));
  const priority = data.priorities.find(({ id }) => id === fields.get("urgency"));
  const components = componentsOf(category, brought);
  const available = { ...brought, status: statusOf(components, data, present), browser: browserName() };
  const chosen = (name, nothing) => (fields.get(`include-${name}`) ? available[name] : nothing);
  const email = (fields.get("email") ?? "").trim();
  const named = { category: category?.name ?? "", urgency: priority?.question ?? "" };
  const content = {
    details: (fields.get("details") ?? "").trim(), answers: answersOf(category, fields),
    // Where the form has a field for it, it is not said twice. Hosted forms may hide theirs from people.
    category: isFieldOfApi(data.recipe, "category") ? "" : named.category,
    urgency: isFieldOfApi(data.recipe, "priority") ? "" : named.urgency,
    email: hasField(data.recipe, "email") ? "" : email,
    question: chosen("question", ""),
    searches: fields.get("include-question") ? available.searches : [],
    steps: chosen("steps", []),
    articles: chosen("articles", []),
    status: chosen("status", []),
    page: chosen("page", ""),
    browser: chosen("browser", ""),
  };
  const { text, context } = describe(content, (name) => say(`ticket.told.${name}`));
  const request = {
    subject: fields.get("subject") ?? "",
    text, context, components, email,
    category: category?.id ?? "",
    priority: priority?.id ?? "",
    page: content.page,
  };
  return { named, request, available, components, text: [text, ...context].filter(Boolean).join("\n\n"), link: ticketLink(data.recipe, request) };
}

const hasField = (recipe, name) => recipe.params.some(([, template]) => template.includes(`{${name}}`));

const isFieldOfApi = (recipe, name) => recipe.place === "json" && hasField(recipe, name);

/** The components that the request is about: those of its category and of the article that it comes from. */
export function componentsOf(category, brought) {
  return [...new Set([...(category?.components ?? []), ...(brought.source?.components ?? [])])];
}

function statusOf(components, data, present) {
  if (!present) return [];
  return components.filter((id) => Object.hasOwn(present.now.components, id)).map((id) => {
    const { name, status } = present.now.components[id];
    return { name, state: say(`ticket.state.${present.view.isStale ? "no_data" : status}`) };
  });
}

function browserName() {
  const screen = `${innerWidth} × ${innerHeight}`;
  return `${navigator.userAgent}, ${screen}, ${language}`;
}

/** Show what would be sent, and the ticks of what there is to leave out. */
export function showPreview(form, { request, named, available, link, text }, data) {
  for (const name of PARTS) form.querySelector(`[data-wp-include="${name}"]`).hidden = !available[name]?.length;
  const fields = {
    subject: request.subject,
    category: named.category,
    priority: named.urgency,
    component: data.components[request.components[0]] ?? "",
    components: request.components.map((id) => data.components[id] ?? id).join(", "),
    email: request.email,
    page: request.page,
  };
  for (const part of form.querySelectorAll("[data-wp-sent]")) {
    const value = fields[part.dataset.wpSent];
    part.hidden = !value;
    part.querySelector("dd").textContent = value;
  }
  put(form.querySelector("[data-wp-text]"), text);
  put(form.querySelector("[data-wp-shortened]"), link.shortened ? say("ticket.shortened") : "");
}
