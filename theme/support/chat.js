// The button of a live chat. The program behind it belongs to somebody else, so it is loaded only after a click.
import { say } from "./say.js";

/** Milliseconds after which a program that has not come is called late. */
const PATIENCE = 10_000;

function start(holder) {
  const { wpChat: address, host } = holder.dataset;
  const button = holder.querySelector("button");
  const status = holder.querySelector(".wp-chat__said");
  const others = holder.querySelector(".wp-chat__others");
  let late = 0;

  function show(name, hasOthers) {
    clearTimeout(late);
    status.textContent = say(`embeds.${name}`, { host });
    others.hidden = !hasOthers;
  }

  function load() {
    if (button.getAttribute("aria-disabled") === "true") return;
    button.setAttribute("aria-disabled", "true");
    show("loading", false);
    late = setTimeout(() => show("late", true), PATIENCE);
    const script = document.createElement("script");
    script.async = true;
    script.src = address;
    script.addEventListener("load", () => show("ready", false));
    script.addEventListener("error", () => {
      script.remove();
      button.removeAttribute("aria-disabled");
      show("failed", true);
    });
    document.head.append(script);
  }

  // Checked when the site was built; what stands in the page may have been changed since.
  if (URL.canParse(address) && new URL(address).protocol === "https:") button.addEventListener("click", load);
}

for (const holder of document.querySelectorAll("[data-wp-chat]")) start(holder);
