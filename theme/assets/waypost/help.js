// Small comforts of the help center: the key for the labels that work as buttons, and the question in the search box.
import { say } from "./say.js";

for (const label of document.querySelectorAll("label[role=button][for]")) {
  label.addEventListener("keydown", (event) => {
    // Material sees to Enter.
    if (event.key !== " ") return;
    event.preventDefault();
    label.click();
  });
}

// Material calls its search a dialog and gives it no name.
document.querySelector(".md-search[role=dialog]")?.setAttribute("aria-label", say("search.label"));

const home = document.querySelector(".wp-home");
const query = document.querySelector("[data-md-component=search-query]");
if (home && query) query.placeholder = home.dataset.placeholder;
