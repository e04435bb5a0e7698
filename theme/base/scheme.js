// Light, dark or as the system has it: obeys and writes the choice that the help center keeps.
// Runs before the page is painted, so it is a plain script and does nothing else.
(() => {
  const root = document.documentElement;
  root.classList.remove("no-js");
  const scope = new URL(root.dataset.helpRoot || ".", location.href).pathname;
  const key = scope + ".__palette";
  const media = {
    auto: "(prefers-color-scheme)",
    light: "(prefers-color-scheme: light)",
    dark: "(prefers-color-scheme: dark)",
  };
  const order = ["auto", "light", "dark"];
  const read = () => {
    try {
      const kept = JSON.parse(localStorage.getItem(key));
      return order.find((name) => media[name] === kept?.color?.media) || "auto";
    } catch {
      return "auto";
    }
  };
  const apply = (choice) => {
    const dark = choice === "dark" || (choice === "auto" && matchMedia(media.dark).matches);
    root.dataset.mdColorScheme = dark ? "slate" : "default";
    root.dataset.scheme = choice;
  };
  apply(read());
  matchMedia(media.dark).addEventListener("change", () => apply(read()));
  addEventListener("DOMContentLoaded", () => {
    const button = document.querySelector(".wp-scheme");
    if (!button) return;
    const label = () => button.setAttribute("aria-label", button.dataset[root.dataset.scheme]);
    label();
    button.addEventListener("click", () => {
      const choice = order[(order.indexOf(read()) + 1) % order.length];
      const scheme = choice === "dark" ? "slate" : "default";
      const kept = { index: order.indexOf(choice), color: { media: media[choice], scheme, primary: "custom", accent: "custom" } };
      try {
        localStorage.setItem(key, JSON.stringify(kept));
      } catch {
        /* Storage may be off; the choice then lasts for this page. */
      }
      apply(choice);
      label();
    });
  });
})();
