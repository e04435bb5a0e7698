// The questions of a faq: opens the one that the address names, opens and closes all, copies the link to one.
import { say } from "./say.js";

const questions = [...document.querySelectorAll("details.wp-question")];
const place = document.querySelector("[data-wp-fold]");

/** The id that the address names; an address may hold anything. */
function named() {
  const name = location.hash.slice(1);
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

/** Open the question that the address names, and show it. */
function openNamed() {
  const target = document.getElementById(named());
  const question = target?.closest("details.wp-question");
  if (!question) return;
  // Answers may hold headings of their own: what folds around the place must be open, all the way out.
  for (let fold = target.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  (question.contains(target) && !target.closest("summary") ? target : question).scrollIntoView();
}

/** Make the button above the questions, in the room that the page keeps for it. */
function addFoldButton() {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "wp-fold__button";
  const all = () => questions.every((question) => question.open);
  const label = () => { button.textContent = say(all() ? "faq.close_all" : "faq.open_all"); };
  button.addEventListener("click", () => {
    const open = !all();
    for (const question of questions) question.open = open;
  });
  for (const question of questions) question.addEventListener("toggle", label);
  label();
  place.append(button);
}

/** Copy the address of a question when its link is pressed; the link itself works as ever. */
function addCopying() {
  const told = document.createElement("span");
  told.className = "wp-fold__told";
  told.setAttribute("role", "status");
  place.append(told);
  for (const link of document.querySelectorAll("a.wp-question__link")) {
    link.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(link.href);
        link.dataset.copied = "";
        told.textContent = say("faq.copied");
        setTimeout(() => { delete link.dataset.copied; told.textContent = ""; }, 4000);
      } catch {
        // Without the right to the clipboard the address bar still shows the link.
      }
    });
  }
}

// Paper cannot be unfolded.
let shut = [];
addEventListener("beforeprint", () => {
  shut = questions.filter((question) => !question.open);
  for (const question of shut) question.open = true;
});
addEventListener("afterprint", () => { for (const question of shut) question.open = false; });

if (place && questions.length > 0) {
  addFoldButton();
  addCopying();
  openNamed();
  addEventListener("hashchange", openNamed);
  // A second press on the same link changes no address.
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href*='#']");
    if (link && link.href === location.href) openNamed();
  });
}
