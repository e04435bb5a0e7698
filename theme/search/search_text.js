// Makes elements out of texts: whatever people wrote stays text, and becomes no markup.

/** Make an element with these children; texts become text. */
export function make(name, className, ...children) {
  const element = document.createElement(name);
  if (className) element.className = className;
  element.append(...children.filter((child) => child !== ""));
  return element;
}

/** Make parts out of [[text, whether it was asked for], …]. */
export function marked(parts) {
  return parts.map(([text, isMatch]) => (isMatch ? make("mark", "", text) : text));
}

/** Make the parts of a text around one value that stands out: `sentence` says the text for any value. */
export function strong(sentence, value) {
  // No text of the site holds this character.
  const [before, after] = sentence("\u0001").split("\u0001");
  return [before, make("b", "", value), after];
}
