// Below the results of the search, always: the way to a person, who gets the question that was typed.
// Material closes its search on Tab and walks the results with the arrow keys; the link joins both.
const LENGTH = 300;

const holder = document.querySelector("[data-wp-handoff]");
const output = document.querySelector(".md-search__output");
const query = document.querySelector("[data-md-component=search-query]");
const toggle = document.querySelector("[data-md-toggle=search]");

function start() {
  const link = holder.querySelector("a");
  const plain = link.href;

  function follow() {
    const question = query.value.trim().slice(0, LENGTH).replace(/\p{Surrogate}/gu, "");
    output.toggleAttribute("data-wp-asked", question !== "");
    const target = new URL(plain);
    if (question && holder.dataset.wpHandoff === "question") target.searchParams.set("q", question);
    link.href = target.href;
  }

  /** Where a key leads from here, or nothing where it is Material's. */
  function next({ key, shiftKey }) {
    const active = document.activeElement;
    const results = [...output.querySelectorAll("[data-md-component=search-result] :is(:not(details) > [href], summary, details[open] [href])")];
    const last = results.at(-1) ?? query;
    if (active === link) {
      if (key === "ArrowUp") return last;
      if (key === "ArrowDown" || (key === "Tab" && shiftKey)) return query;
      return key === "Shift" ? link : null;
    }
    if (active !== query && !output.contains(active)) return null;
    if (key === "Tab" && !shiftKey) return link;
    return (key === "ArrowDown" && active === last) || (key === "ArrowUp" && active === query) ? link : null;
  }

  output.append(holder);
  holder.hidden = false;
  query.addEventListener("input", follow);
  // The box is emptied after this event.
  query.form.addEventListener("reset", () => setTimeout(follow));
  // Whatever else wrote into the box: what is opened is what it says.
  for (const name of ["pointerdown", "focus"]) link.addEventListener(name, follow);
  follow();

  document.addEventListener(
    "keydown",
    (event) => {
      if (!toggle.checked || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === "Escape" && document.activeElement === link) query.focus();
      const target = next(event);
      if (!target) return;
      event.stopPropagation();
      // A key that goes nowhere keeps its own meaning, such as Shift on the way to Shift and Tab.
      if (target === document.activeElement) return;
      event.preventDefault();
      target.focus();
    },
    true,
  );
}

if (holder && output && query && toggle) start();
