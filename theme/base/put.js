// Writes into a page only what is new: screen readers read a live region again whenever it is written, with the
// same words too, and live parts are refreshed with every key and every half a minute.

/** Put a text into an element, where there is one and it does not hold it already. */
export function put(element, text) {
  if (element && element.textContent !== text) element.textContent = text;
}

/** Put elements into a list, unless those that it holds are the same in words, links and states. */
export function putAll(list, elements) {
  const wanted = list.cloneNode(false);
  wanted.append(...elements);
  if (!wanted.isEqualNode(list)) list.replaceChildren(...wanted.children);
}
