// A search box with its results below it: the combobox of the WAI-ARIA Authoring Practices, with a list of links.
// https://www.w3.org/WAI/ARIA/apg/patterns/combobox/
import { noteQuestion } from "./journey.js";
import { put } from "./put.js";
import { say } from "./say.js";
import { warm } from "./search_client.js";
import { quoteBox } from "./search_quote_box.js";
import { correction, doubt, eventLink, events, failure, foot, hitParts, nearestLine, nothing, work } from "./search_results.js";
import { make } from "./search_text.js";
import { Typing } from "./search_typing.js";
import { opened, settled, unhelped } from "./unresolved.js";

const MOST = 6;

const attached = new WeakSet();

/** Give a box its results; once is enough. */
export function attach(form) {
  if (attached.has(form)) return;
  attached.add(form);
  new Box(form);
}

function hitLink(hit) {
  const { href, title, meta, passage } = hitParts(hit);
  const link = make("a", "wp-hit", title, make("small", "", meta, passage.length ? " · " : "", ...passage));
  link.href = href;
  return link;
}

class Box {
  #form;
  #input;
  #popup;
  #list;
  #status;
  #active = -1;
  #typing;

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
    this.#typing = new Typing(this.#input, {
      how: () => ({ limit: MOST, events: events() }),
      typed: () => this.#typed(),
      show: (answer, isSettled) => this.#show(answer, isSettled),
      settled: (answer) => this.#settled(answer),
      wait: () => this.#fill([make("p", "wp-search__note", say("search.waiting"))], []),
    });
    this.#listen();
    warm();
    if (this.#question) this.#typing.changed();
  }

  get #question() {
    return this.#typing.question;
  }

  get #options() {
    return [...this.#list.children];
  }

  #listen() {
    // Back from the links below the results, which are there still: what has the focus next must not be replaced.
    this.#input.addEventListener("focus", () => { if (this.#popup.hidden) this.#typing.changed(); });
    this.#input.addEventListener("click", () => { if (this.#popup.hidden) this.#typing.changed(); });
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

  #typed() {
    if (this.#question.trim()) return;
    this.#close();
    put(this.#status, "");
  }

  #settled(answer) {
    settled(answer.question, answer);
    put(this.#status, work(answer));
  }

  #show(answer, isSettled) {
    const taken = () => this.#unhelped();
    const again = (how) => {
      this.#input.focus();
      this.#typing.settle(how);
    };
    if (answer.state === "failed") return this.#fill([failure(answer, again), foot(answer, taken)], []);
    const event = eventLink(answer);
    const options = [...(event ? [event] : []), ...answer.hits.map(hitLink)].map((link, index) => this.#option(link, index));
    const all = answer.total > answer.hits.length ? this.#all(answer.total) : "";
    const isUnsure = isSettled && answer.state === "unsure";
    const above = [correction(answer, again), ...(isUnsure ? [doubt(answer, taken), nearestLine()] : [quoteBox(answer, { helped: () => this.#helped(), unhelped: taken })])];
    const instead = answer.state === "nothing" ? nothing(answer) : "";
    return this.#fill([...above, this.#list, instead, all, isUnsure ? "" : foot(answer, taken)], options);
  }

  #option(option, index) {
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
    this.#typing.forget();
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
      this.#typing.changed();
    } else {
      this.#form.dispatchEvent(new CustomEvent("wp-leave"));
    }
  }

  /** From the box through the results and round to the box again. */
  #walk(event) {
    if (!this.#typing.shown || event.ctrlKey || event.metaKey || event.shiftKey) return;
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

  /** Whoever goes on from what is shown has asked what stands there. */
  #settle() {
    const { shown } = this.#typing;
    if (shown && !shown.isSettled) settled(this.#question, shown.answer);
  }

  #picked({ target, button }) {
    const link = target.closest(".wp-hit");
    if (button <= 1 && link) this.#helped(link.href);
  }

  #helped(address = "") {
    this.#settle();
    opened(address);
  }

  #unhelped() {
    this.#settle();
    unhelped();
  }
}
