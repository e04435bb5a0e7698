// A search box with its results below it: the combobox of the WAI-ARIA Authoring Practices, with a list of links.
// https://www.w3.org/WAI/ARIA/apg/patterns/combobox/
import { noteQuestion } from "./journey.js";
import { put } from "./put.js";
import { say } from "./say.js";
import { ask, warm } from "./search_client.js";
import { failure, foot, hitParts, nothing, troubleLine, work } from "./search_results.js";
import { make } from "./search_text.js";
import { opened, settled, unhelped } from "./unresolved.js";

const MOST = 6;
/** Milliseconds after a key before the question is asked: all that one stroke types is one question. */
const PAUSE = 0;
/** Milliseconds after which somebody who waits is told so. */
const PATIENCE = 400;
/** Milliseconds after the last key before what was typed counts as a question. */
const SETTLED = 800;
/** The same, before what was found is read out. */
const QUIET = 600;

const attached = new WeakSet();

/** Give a box its results; once is enough. */
export function attach(form) {
  if (attached.has(form)) return;
  attached.add(form);
  new Box(form);
}

class Box {
  #form;
  #input;
  #popup;
  #list;
  #status;
  #active = -1;
  /** The last answer and the question that it is shown for. */
  #shown = null;
  /** Whether nobody has typed for a while. */
  #isSettled = false;
  /** Counts questions and closings: what belongs to an earlier one is not shown. */
  #turn = 0;
  #timers = {};

  constructor(form) {
    this.#form = form;
    this.#input = form.querySelector(".wp-search__input");
    this.#list = make("div", "wp-search__list");
    this.#list.id = `${this.#input.id}-list`;
    this.#list.setAttribute("role", "listbox");
    this.#list.setAttribute("aria-label", say("search.list"));
    this.#popup = make("div", "wp-search__popup");
    this.#popup.hidden = true;
    this.#status = make("p", "wp-unseen");
    this.#status.setAttribute("role", "status");
    form.append(this.#popup, this.#status);
    const attributes = { role: "combobox", "aria-expanded": "false", "aria-autocomplete": "list", "aria-haspopup": "listbox" };
    for (const [name, value] of Object.entries(attributes)) this.#input.setAttribute(name, value);
    this.#listen();
    warm();
    if (this.#question) this.#changed();
  }

  get #question() {
    return this.#input.value.replace(/\s+/g, " ").trimStart();
  }

  get #options() {
    return [...this.#list.children];
  }

  #listen() {
    this.#input.addEventListener("input", () => this.#changed());
    // Back from the links below the results, which are there still: what has the focus next must not be replaced.
    this.#input.addEventListener("focus", () => { if (this.#popup.hidden) this.#changed(); });
    this.#input.addEventListener("click", () => { if (this.#popup.hidden) this.#changed(); });
    this.#form.addEventListener("keydown", (event) => this.#key(event));
    this.#form.addEventListener("submit", (event) => this.#submit(event));
    this.#form.addEventListener("focusout", ({ relatedTarget }) => {
      if (!this.#form.contains(relatedTarget)) this.#close();
    });
    // A press keeps the focus in the box, which would close the list before it counts.
    this.#popup.addEventListener("mousedown", (event) => event.preventDefault());
    for (const name of ["click", "auxclick"]) this.#list.addEventListener(name, (event) => this.#picked(event));
    // The way back leads to a page without an open list.
    addEventListener("pagehide", () => this.#close());
  }

  #after(name, milliseconds, action) {
    clearTimeout(this.#timers[name]);
    this.#timers[name] = setTimeout(action, milliseconds);
  }

  #changed() {
    for (const timer of Object.values(this.#timers)) clearTimeout(timer);
    this.#isSettled = false;
    if (!this.#question.trim()) {
      this.#shown = null;
      this.#close();
      put(this.#status, "");
      return;
    }
    this.#after("ask", PAUSE, () => this.#search());
    this.#after("settle", SETTLED, () => {
      this.#isSettled = true;
      this.#settle();
    });
  }

  async #search() {
    const question = this.#question;
    this.#turn += 1;
    const turn = this.#turn;
    this.#after("wait", PATIENCE, () => this.#fill([make("p", "wp-search__note", say("search.waiting"))], []));
    const answer = await ask(question, { typing: true, limit: MOST });
    // A newer question shows its own answer.
    if (!answer || turn !== this.#turn) return;
    clearTimeout(this.#timers.wait);
    this.#shown = { question, answer };
    this.#show(answer);
    if (this.#isSettled) this.#settle();
    this.#after("say", QUIET, () => put(this.#status, work(answer)));
  }

  #show(answer) {
    const again = () => {
      this.#input.focus();
      this.#search();
    };
    if (answer.state === "failed") return this.#fill([failure(answer, again), foot(answer, () => this.#unhelped())], []);
    if (answer.state === "none") return this.#fill([nothing(answer), foot(answer, () => this.#unhelped())], []);
    const options = answer.hits.map((hit, index) => this.#option(hit, index));
    const all = answer.total > answer.hits.length ? this.#all(answer.total) : "";
    return this.#fill([troubleLine(answer.hits), this.#list, all, foot(answer, () => this.#unhelped())], options);
  }

  #option(hit, index) {
    const { href, title, meta, passage } = hitParts(hit);
    const option = make("a", "wp-hit", title, make("small", "", meta, passage.length ? " · " : "", ...passage));
    option.href = href;
    option.id = `${this.#list.id}-${index}`;
    option.tabIndex = -1;
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", "false");
    return option;
  }

  #all(count) {
    const link = make("a", "wp-search__all", say("search.all", { count }));
    const target = new URL(this.#form.action);
    target.searchParams.set("q", this.#question.trim());
    link.href = target.href;
    return link;
  }

  #fill(parts, options) {
    if (!this.#form.contains(document.activeElement)) return;
    // Whoever has chosen a result while more was typed keeps it, as long as it is there.
    const chosen = this.#options[this.#active]?.href;
    this.#list.replaceChildren(...options);
    this.#popup.replaceChildren(...parts.filter(Boolean));
    this.#mark(options.findIndex((option) => option.href === chosen));
    this.#open();
  }

  #open() {
    this.#popup.hidden = false;
    const hasOptions = this.#options.length > 0 && this.#popup.contains(this.#list);
    this.#input.setAttribute("aria-expanded", String(hasOptions));
    if (hasOptions) this.#input.setAttribute("aria-controls", this.#list.id);
    else this.#input.removeAttribute("aria-controls");
  }

  #close() {
    this.#turn += 1;
    for (const name of ["ask", "wait"]) clearTimeout(this.#timers[name]);
    this.#popup.hidden = true;
    this.#input.setAttribute("aria-expanded", "false");
    this.#input.removeAttribute("aria-controls");
    this.#mark(-1);
  }

  #mark(index) {
    this.#active = index;
    this.#options.forEach((option, at) => option.setAttribute("aria-selected", String(at === index)));
    const option = this.#options[index];
    if (!option) return this.#input.removeAttribute("aria-activedescendant");
    this.#input.setAttribute("aria-activedescendant", option.id);
    return option.scrollIntoView({ block: "nearest" });
  }

  #key(event) {
    if (event.isComposing || event.altKey) return;
    if (event.key === "Escape") this.#escape(event);
    else if (event.target !== this.#input) return;
    else if (event.key === "ArrowDown" || event.key === "ArrowUp") this.#walk(event);
    else if (event.key === "Enter" && this.#options[this.#active]) this.#enter(event);
  }

  /** Close the list, then empty the box, then leave it. */
  #escape(event) {
    event.preventDefault();
    if (!this.#popup.hidden) {
      this.#input.focus();
      this.#close();
    } else if (this.#input.value) {
      this.#input.value = "";
      this.#changed();
    } else {
      this.#form.dispatchEvent(new CustomEvent("wp-leave"));
    }
  }

  /** From the box through the results and round to the box again. */
  #walk(event) {
    if (!this.#shown || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (this.#popup.hidden) {
      this.#open();
      if (event.key === "ArrowDown") this.#mark(0);
      return;
    }
    const places = this.#options.length + 1;
    const step = event.key === "ArrowDown" ? 1 : -1;
    this.#mark(((this.#active + 1 + step + places) % places) - 1);
  }

  #enter(event) {
    event.preventDefault();
    const { ctrlKey, metaKey, shiftKey } = event;
    this.#options[this.#active].dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, ctrlKey, metaKey, shiftKey }));
  }

  #submit(event) {
    if (!this.#question.trim()) event.preventDefault();
    else noteQuestion(this.#question);
  }

  #settle() {
    if (this.#shown?.question === this.#question) settled(this.#shown.question, this.#shown.answer);
  }

  #picked({ target, button }) {
    const link = target.closest(".wp-hit");
    if (button > 1 || !link) return;
    this.#settle();
    opened(link.href);
  }

  #unhelped() {
    this.#settle();
    unhelped();
  }
}
