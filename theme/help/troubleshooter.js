// Comforts of a troubleshooter: what was answered goes along to the ticket form, and "Back" leads where one came from.
import { noteStep } from "./journey.js";
import { page } from "./page.js";

const tree = document.querySelector("[data-tree]");

for (const answer of tree.querySelectorAll("[data-answer]")) {
  answer.addEventListener("click", () => {
    const { tree: title, treePath: path, question } = tree.dataset;
    noteStep({ tree: { title, path }, path: page.path, question, answer: answer.textContent.trim() });
  });
}

// Several steps may lead to this one, and the page itself does not know which of them did.
const back = tree.querySelector("[data-back]");
for (const address of back?.dataset.back.trim().split(/\s+/) ?? []) {
  if (new URL(address, location.href).href === document.referrer) back.href = address;
}
