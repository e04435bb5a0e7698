// The page of one's own components: its address names them, `mine/?c=downloads,uploads`, and they alone are shown.

const region = document.querySelector("[data-wp-mine]");

/** Return the ids that an address names, by commas or one after another as a form sends them. */
export function chosen(search) {
  return new URLSearchParams(search).getAll("c").flatMap((value) => value.split(",")).filter(Boolean);
}

/** Hide what the address does not name; return whether it names anything that is there. */
export function showChosen() {
  const asked = chosen(location.search);
  const rows = [...(region?.querySelectorAll("[data-wp-choice]") ?? [])];
  const wanted = rows.filter((row) => asked.includes(row.dataset.wpChoice));
  if (wanted.length) for (const row of rows) row.hidden = !wanted.includes(row);
  return wanted.length > 0;
}

if (region) {
  const asked = chosen(location.search);
  const isAny = showChosen();
  document.querySelector("[data-wp-mine-none]").hidden = !asked.length || isAny;
  const choose = document.querySelector("[data-wp-choose]");
  const form = choose.querySelector("form");
  for (const box of form.elements) if (box.name === "c") box.checked = asked.includes(box.value);
  choose.open = !isAny;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const names = new FormData(form).getAll("c").map(encodeURIComponent);
    location.assign(names.length ? `?c=${names.join(",")}` : location.pathname);
  });
}
