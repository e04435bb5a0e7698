// The box above a long list of articles: it leaves those whose title or summary has every word that is typed.
import { put } from "./put.js";
import { say } from "./say.js";

const form = document.querySelector("[data-wp-filter]");
const input = form.querySelector("input");
const status = form.querySelector("[role=status]");
const elsewhere = form.querySelector("a");
const lists = document.querySelector("[data-wp-lists]");
const folds = [...lists.querySelectorAll("details")];

/** A text without case and accents. */
const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

const articles = [...lists.querySelectorAll("li")].map((item) => ({ item, text: plain(item.textContent) }));
/** The parts that a reader had opened before the box was used; null while it is empty. */
let opened = null;

function filter() {
  const words = plain(input.value).split(/\s+/).filter(Boolean);
  if (words.length) opened ??= new Set(folds.filter(({ open }) => open));
  for (const { item, text } of articles) item.hidden = !words.every((word) => text.includes(word));
  const isShown = (element) => element.querySelector("li:not([hidden])") !== null;
  for (const part of lists.querySelectorAll("section, details, ul")) part.hidden = words.length > 0 && !isShown(part);
  for (const fold of folds) fold.open = words.length ? isShown(fold) : (opened?.has(fold) ?? fold.open);
  if (!words.length) opened = null;
  lists.classList.toggle("wp-filtered", words.length > 0);
  const count = articles.filter(({ item }) => !item.hidden).length;
  put(status, words.length ? say("category.filtered", { count }) : "");
  elsewhere.hidden = !words.length || count > 0;
  const address = new URL(form.action);
  address.searchParams.set("q", input.value.trim());
  elsewhere.href = address.href;
}

form.hidden = false;
input.addEventListener("input", filter);
form.addEventListener("submit", (event) => event.preventDefault());
// A browser that comes back to the page puts in again what was typed.
addEventListener("pageshow", filter);
