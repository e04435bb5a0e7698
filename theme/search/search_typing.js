// Asks what somebody types: while they type, and once more when they have stopped.
import { ask } from "./search_client.js";

/** Milliseconds after a key before the question is asked, so that a burst of keys is one question. */
const PAUSE = 70;
/** Milliseconds after the last key before what was typed counts as a question. */
const SETTLED = 800;
/** Milliseconds after which somebody who waits is told so. */
const PATIENCE = 400;
/** Letters of a question from which on it can be judged; shorter ones are words that are only begun. */
const SHORTEST = 3;
/** The states of an answer, the better last. */
const STATES = ["nothing", "unsure", "answer"];

/** A second word that is hardly begun, in a script with capital letters: two letters of it could be anything. */
const BEGUN = /\s[^\s\p{Lo}]{1,2}$/u;

const isContinued = (one, other) => one.startsWith(other) || other.startsWith(one);

/**
 * The questions of one input.
 * @param {HTMLInputElement} input
 * @param {object} of `how()` gives what else `ask` takes; `typed()` is called when the text changes, `settled(answer)`
 * when a question was complete; `show(answer, isSettled)` shows an answer, and `wait()` that it takes long; `ready`, if
 * given, must be done before anything is shown
 */
export class Typing {
  /** {question, answer, isSettled} of the answer that is shown, or null. */
  shown = null;
  #input;
  #of;
  /** Counts questions and endings: what belongs to an earlier one is not shown. */
  #turn = 0;
  #timers = {};
  /** What is shown, as one text. */
  #drawn = "";

  constructor(input, of) {
    this.#input = input;
    this.#of = of;
    // What is being composed is not written yet: the letters of a sign, an accent.
    input.addEventListener("input", ({ isComposing }) => { if (!isComposing) this.changed(); });
    input.addEventListener("compositionend", () => this.changed());
  }

  get question() {
    return this.#input.value.replace(/\s+/g, " ").trimStart();
  }

  /** Take note that the text is another one. */
  changed() {
    this.stop();
    if (!this.question.trim()) this.shown = null;
    this.#of.typed();
    if (!this.question.trim()) return;
    this.#after("ask", PAUSE, () => {
      if (!BEGUN.test(this.question) || !this.#holds(this.question)) this.#ask({ typing: true });
    });
    this.#after("settle", SETTLED, () => this.settle());
  }

  /** Ask for what stands there, as a question that is complete. */
  settle({ asTyped = false } = {}) {
    this.stop();
    return this.#ask({ typing: this.question.trim().length < SHORTEST, asTyped, isSettled: true });
  }

  /** Take note that what was shown is gone. */
  forget() {
    this.stop();
    this.#drawn = "";
  }

  /** Forget what was asked and not answered. */
  stop() {
    this.#turn += 1;
    for (const timer of Object.values(this.#timers)) clearTimeout(timer);
  }

  #after(name, milliseconds, action) {
    clearTimeout(this.#timers[name]);
    this.#timers[name] = setTimeout(action, milliseconds);
  }

  async #ask({ isSettled = false, ...how }) {
    const { question } = this;
    this.#turn += 1;
    const turn = this.#turn;
    this.#after("wait", PATIENCE, () => this.#wait(question));
    const asked = { ...this.#of.how(), ...how };
    const [answer] = await Promise.all([ask(question, asked), this.#of.ready?.()]);
    // A newer question shows its own answer.
    if (!answer || turn !== this.#turn) return;
    clearTimeout(this.#timers.wait);
    if (!isSettled && this.#isWorse(question, answer)) return;
    // Of a word that is only begun nobody can say that it is not sure what answers it.
    const isJudged = isSettled && (answer.state !== "unsure" || question.trim().length >= SHORTEST);
    this.shown = { question, answer, isSettled };
    // What has not changed stays as it is, under the pointer and under the focus.
    const drawn = JSON.stringify([answer, asked.kinds, asked.categories, isJudged && answer.state === "unsure"]);
    if (drawn !== this.#drawn) this.#of.show(answer, isJudged);
    this.#drawn = drawn;
    if (isSettled) this.#of.settled(answer);
  }

  #wait(question) {
    if (this.#holds(question)) return;
    this.#drawn = "";
    this.#of.wait();
  }

  /** Whether an answer is shown to this question, or to what it began with. */
  #holds(question) {
    return this.shown !== null && isContinued(question, this.shown.question);
  }

  /**
   * Whether what is shown stays while somebody types on. A word that is only begun says little: results of the words
   * before it must not vanish and come back.
   */
  #isWorse(question, { state }) {
    if (!STATES.includes(state)) return false;
    if (!this.#holds(question)) return state === "nothing";
    return STATES.indexOf(state) < STATES.indexOf(this.shown.answer.state);
  }
}
