// Lets readers tick the steps of a tutorial or of troubleshooting, and says how far they are; kept for this visit.
import { page } from "./page.js";
import { say } from "./say.js";

const KEY = `waypost-steps:${page.path}`;

/** Read the steps done on this page, by their ids; anything that cannot be read counts as none. */
function read() {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEY));
    return new Set(Array.isArray(kept) ? kept.filter((id) => typeof id === "string") : []);
  } catch {
    return new Set();
  }
}

/** Keep them for this tab; without storage they last for this page. */
function write(done) {
  try {
    sessionStorage.setItem(KEY, JSON.stringify([...done]));
  } catch {
    /* Storage may be off. */
  }
}

const done = read();

/** Make the number of a step a check box; the page keeps its room, so that nothing moves. */
function addBox(step, number, changed) {
  const box = document.createElement("button");
  box.type = "button";
  box.className = "wp-step__box";
  box.textContent = number;
  box.setAttribute("role", "checkbox");
  box.setAttribute("aria-label", say("steps.step", { number }));
  const show = () => {
    box.setAttribute("aria-checked", String(done.has(step.id)));
    step.toggleAttribute("data-done", done.has(step.id));
  };
  box.addEventListener("click", () => {
    if (!done.delete(step.id)) done.add(step.id);
    write(done);
    show();
    changed();
  });
  step.prepend(box);
  show();
  return show;
}

/** Say above a list how many of its steps are done. */
function addProgress(place, steps) {
  const total = steps.length;
  const bar = document.createElement("progress");
  bar.max = total;
  bar.setAttribute("aria-hidden", "true");
  const text = document.createElement("span");
  text.className = "wp-progress__text";
  const hint = document.createElement("span");
  hint.className = "wp-progress__hint";
  hint.textContent = say("steps.hint");
  const again = document.createElement("button");
  again.type = "button";
  again.className = "wp-progress__again";
  again.textContent = say("steps.again");
  const show = () => {
    const count = steps.filter((step) => done.has(step.id)).length;
    bar.value = count;
    text.textContent = count === total ? say("steps.all_done", { total }) : say("steps.done", { done: count, total });
    hint.hidden = count > 0;
    again.hidden = count === 0;
  };
  const boxes = steps.map((step, index) => addBox(step, numberOf(step, index), show));
  again.addEventListener("click", () => {
    for (const step of steps) done.delete(step.id);
    write(done);
    for (const box of boxes) box();
    show();
    steps[0].querySelector(".wp-step__box").focus();
  });
  show();
  place.append(bar, text, hint, again);
  // Only what changes from here on is read out.
  text.setAttribute("role", "status");
  text.setAttribute("aria-live", "polite");
}

/** The number that a step shows: lists may go on where another stopped. */
function numberOf(step, index) {
  const list = step.parentElement;
  return (list.start || 1) + [...list.children].filter((child) => child.localName === "li").indexOf(step) || index + 1;
}

for (const place of document.querySelectorAll("[data-wp-progress]")) {
  const name = place.dataset.wpProgress;
  const lists = [...document.querySelectorAll("ol.wp-steps")].filter((list) => list.dataset.wpSteps === name);
  const steps = lists.flatMap((list) => [...list.children].filter((child) => child.localName === "li" && child.id));
  if (steps.length > 0) addProgress(place, steps);
}
