// The search boxes of a page: the keys that lead to one, and on a phone the button. What shows results is loaded
// when somebody is about to look for something.
const boxes = [...document.querySelectorAll("[data-wp-search]")];
const opener = document.querySelector(".wp-search-button");
const header = boxes.find((form) => form.dataset.wpSearch === "header");

const inputOf = (form) => form.querySelector(".wp-search__input");

/** Whether a key belongs to a field that somebody types into. */
function isTyping(element) {
  if (element.isContentEditable || element.matches("textarea, select")) return true;
  return element.matches("input") && !["button", "checkbox", "radio", "range", "reset", "submit"].includes(element.type);
}

function isKey({ key, ctrlKey, metaKey, altKey, shiftKey }) {
  if (key === "/") return !ctrlKey && !metaKey && !altKey;
  return key.toLowerCase() === "k" && ctrlKey !== metaKey && !altKey && !shiftKey;
}

/** Lead to the box of this page; on a phone the one in the header is opened first. */
function lead() {
  const form = boxes.find((one) => one !== header) ?? header;
  if (form === header) setOpen(true);
  inputOf(form).focus();
  inputOf(form).select();
}

function setOpen(isOpen) {
  header.classList.toggle("wp-search--open", isOpen);
  opener.setAttribute("aria-expanded", String(isOpen));
}

document.addEventListener("keydown", (event) => {
  const target = event.target instanceof Element ? event.target : document.body;
  if (!boxes.length || event.defaultPrevented || event.isComposing || !isKey(event)) return;
  if (isTyping(target) && !(event.key !== "/" && target.matches(".wp-search__input"))) return;
  event.preventDefault();
  lead();
});

if (header && opener) {
  // Without scripts it is a link to the page of the search.
  opener.setAttribute("role", "button");
  opener.setAttribute("aria-expanded", "false");
  opener.addEventListener("click", (event) => {
    event.preventDefault();
    lead();
  });
  opener.addEventListener("keydown", (event) => {
    if (event.key !== " ") return;
    event.preventDefault();
    lead();
  });
  header.querySelector(".wp-search__close").addEventListener("click", () => {
    setOpen(false);
    opener.focus();
  });
  header.addEventListener("focusout", ({ relatedTarget }) => {
    // Another window may have come to the front: then nothing is closed.
    if (relatedTarget && !header.contains(relatedTarget)) setOpen(false);
  });
  document.addEventListener("pointerdown", ({ target }) => {
    if (!header.contains(target) && !opener.contains(target)) setOpen(false);
  });
  header.addEventListener("wp-leave", () => {
    setOpen(false);
    if (opener.checkVisibility()) opener.focus();
  });
}

for (const form of boxes.filter((one) => one.dataset.wpSearch !== "page")) {
  // Where it cannot be loaded the box stays what it is without scripts: a form that leads to the page of the search.
  const load = () => import("./search_box.js").then(({ attach }) => attach(form), () => form.addEventListener("focusin", load, { once: true }));
  form.addEventListener("focusin", load, { once: true });
  if (form.contains(document.activeElement)) load();
}
