// Fills in a provider's form from its recipe, and writes down what is sent. Golden cases hold it to its
// addresses and texts.

/** Characters of a subject that are kept when an address is too long. */
export const SUBJECT_KEPT = 80;
const MARK = "…";

/**
 * Write what a person sends as text, and the sections of what was gathered on the way.
 * @param {object} content what the person wrote, chose and did not leave out
 * @param {(name: string) => string} say the texts of the section ticket.told
 * @returns {{text: string, context: string[]}}
 */
export function describe(content, say) {
  const line = (name, text) => (text ? `${say(name)}: ${text}` : "");
  const listed = (name, items) => (items.length ? [`${say(name)}:`, ...items.map((item) => `- ${item}`)].join("\n") : "");
  const answers = content.answers.filter(({ answer }) => answer).map(({ label, answer }) => `${label}: ${answer}`);
  const chosen = ["category", "urgency", "email"].map((name) => line(name, content[name]));
  const context = [
    line("question", content.question),
    listed("searches", content.searches),
    listed("steps", content.steps.map(({ tree, question, answer }) => `${tree}: ${question} → ${answer}`)),
    listed("articles", content.articles.map(({ title, url }) => `${title} (${url})`)),
    listed("status", content.status.map(({ name, state }) => `${name}: ${state}`)),
    line("page", content.page),
    line("browser", content.browser),
  ];
  const text = joined("\n\n", [content.details, joined("\n", answers), joined("\n", chosen)]);
  return { text, context: context.filter(Boolean) };
}

/**
 * Fill in a form. An address keeps to the recipe's budget: the gathered context goes first, then the end of
 * the subject, and the end of the text last.
 * @param {object} recipe what support/rules/ticket_providers.py made of support.yml
 * @param {{subject: string, text: string, context: string[], category: string, priority: string,
 *   components: string[], page: string, email: string}} wanted
 * @returns {{url: string, shortened: boolean, body: object | null}}
 */
export function ticketLink(recipe, wanted) {
  let request = clean(wanted);
  if (recipe.place === "json") return { url: recipe.url, shortened: false, body: bodyOf(recipe, request) };
  const fits = (one) => addressOf(recipe, one).length <= recipe.budget;
  const link = (shortened) => ({ url: addressOf(recipe, request), shortened, body: null });
  if (fits(request)) return link(false);
  while (request.context.length) {
    request = { ...request, context: request.context.slice(0, -1) };
    if (fits(request)) return link(true);
  }
  request = { ...request, subject: cut(request.subject, SUBJECT_KEPT) };
  for (const part of ["text", "subject"]) request = fitted(request, part, fits);
  return link(true);
}

/** The least shortened request that fits, or the one shortened most. */
function fitted(request, part, fits) {
  if (fits(request)) return request;
  const shorten = (size) => ({ ...request, [part]: cut(request[part], size) });
  let least = 0;
  let most = [...request[part]].length;
  while (least < most) {
    const middle = Math.floor((least + most + 1) / 2);
    if (fits(shorten(middle))) least = middle;
    else most = middle - 1;
  }
  return shorten(least);
}

/** Return a text of at most `size` characters and, if some are missing, the mark that says so. */
export function cut(text, size) {
  // Whole characters: a string's own positions count the halves of an emoji.
  const characters = [...text];
  return characters.length <= size ? text : trimmedEnd(characters.slice(0, size).join("")) + MARK;
}

// Python and JavaScript differ in what is blank; these are blank in both.
const BLANK = "[ \\t\\n\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]";
const trimmedEnd = (text) => text.replace(new RegExp(`${BLANK}+$`, "u"), "");
const trimmed = (text) => trimmedEnd(text.replace(new RegExp(`^${BLANK}+`, "u"), ""));

function plain(text) {
  return text
    .replace(/\r\n?/g, "\n")
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g, "")
    .replace(/\p{Surrogate}/gu, "\ufffd");
}

function clean(wanted) {
  return {
    subject: trimmed(plain(wanted.subject).replace(new RegExp(`${BLANK}+`, "gu"), " ")),
    text: trimmed(plain(wanted.text)),
    context: wanted.context.map((section) => trimmed(plain(section))),
    category: plain(wanted.category),
    priority: plain(wanted.priority),
    components: wanted.components.map(plain),
    page: plain(wanted.page),
    email: plain(wanted.email),
  };
}

function valuesOf(recipe, request) {
  return {
    subject: request.subject,
    description: joined("\n\n", [request.text, ...request.context]),
    category: request.category,
    priority: Object.hasOwn(recipe.priorities, request.priority) ? recipe.priorities[request.priority] : "",
    component: request.components[0] ?? "",
    components: request.components.join(","),
    page: request.page,
    email: request.email,
  };
}

function fieldsOf(recipe, request) {
  const values = valuesOf(recipe, request);
  const fields = [];
  for (const [name, template] of recipe.params) {
    const used = [...template.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
    if (used.length && !used.some((key) => values[key])) continue;
    let value = template.replace(/\{(\w+)\}/g, (whole, key) => values[key]);
    if (used.includes("description")) {
      if (recipe.markup) value = value.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
      value = value.replaceAll("\n", recipe.newline);
    }
    fields.push([name, value]);
  }
  return fields;
}

function addressOf(recipe, request) {
  const pairs = fieldsOf(recipe, request).map(([name, value]) => `${encode(name)}=${encode(value)}`).join("&");
  if (!pairs) return recipe.url;
  const glue = recipe.place === "fragment" ? "#" : recipe.url.includes("?") ? "&" : "?";
  return `${recipe.url}${glue}${pairs}`;
}

/** Percent-encode everything but the unreserved characters of RFC 3986. */
function encode(text) {
  return encodeURIComponent(text).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
}

function bodyOf(recipe, request) {
  return { ...Object.fromEntries(fieldsOf(recipe, request)), attachments: [] };
}

const joined = (glue, parts) => parts.filter(Boolean).join(glue);
