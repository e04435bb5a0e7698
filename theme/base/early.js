// Runs before the page is painted, so that nothing moves or changes its colours when Material's script arrives.
// It does what inline scripts do in Material, which a strict Content-Security-Policy forbids.
{
  const root = document.documentElement;
  root.classList.remove("no-js");

  // Material's own script calls these.
  const scope = new URL(document.currentScript.dataset.scope, location);
  const kept = (name, storage = localStorage, from = scope) => JSON.parse(storage.getItem(`${from.pathname}.${name}`));
  const keep = (name, value, storage = localStorage, to = scope) => {
    try {
      storage.setItem(`${to.pathname}.${name}`, JSON.stringify(value));
    } catch {
      /* Storage may be off. */
    }
  };
  const hash = (text) => [...text].reduce((sum, letter) => (sum << 5) - sum + letter.charCodeAt(0), 0);
  Object.assign(globalThis, { __md_scope: scope, __md_hash: hash, __md_get: kept, __md_set: keep });

  const found = (part) => document.querySelector(`[data-md-component=${part}]`);

  const steps = {
    /** Obey the choice of colours; "as the system has it" takes those of the switch that fits. */
    palette() {
      const { color } = kept("__palette") ?? {};
      if (!color) return;
      if (color.media === "(prefers-color-scheme)") {
        const scheme = matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark";
        const { attributes } = document.querySelector(`[data-md-color-media="(prefers-color-scheme: ${scheme})"]`);
        for (const name of ["media", "scheme", "primary", "accent"]) color[name] = attributes[`data-md-color-${name}`].value;
      }
      for (const [name, value] of Object.entries(color)) document.body.setAttribute(`data-md-color-${name}`, value);
    },
    /** Open the tab that the address names, and with `content.tabs.link` those that were chosen elsewhere. */
    tabs({ linked }) {
      const names = linked === undefined ? [] : kept("__tabs");
      for (const set of Array.isArray(names) ? document.querySelectorAll(".tabbed-set") : []) {
        const labels = [...set.querySelectorAll(":scope > .tabbed-labels > label")];
        const label = names.map((name) => labels.find((one) => one.innerText.trim() === name)).find(Boolean);
        if (label) document.getElementById(label.htmlFor).checked = true;
      }
      const target = document.getElementById(location.hash.slice(1));
      if (target?.name) target.checked = target.name.startsWith("__tabbed_");
    },
    /** Hide an announcement that was dismissed. */
    announce() {
      const banner = found("announce");
      banner.hidden = hash(banner.querySelector(".md-typeset").innerHTML) === kept("__announce");
    },
    /** Warn of an old version where the newest is known to be another. */
    outdated({ base }) {
      if (kept("__outdated", sessionStorage, new URL(base, location)) === true) found("outdated").hidden = false;
    },
    /** Ask for consent, and keep it. */
    consent() {
      const form = document.forms.consent;
      const given = kept("__consent");
      const boxes = [...form.elements].filter((box) => box.name);
      if (given) for (const box of boxes) box.checked = Boolean(given[box.name]);
      else if (location.protocol !== "file:") setTimeout(() => { found("consent").hidden = false; }, 250);
      const answer = (event) => {
        event.preventDefault();
        if (event.type === "reset") for (const box of boxes) box.checked = false;
        keep("__consent", Object.fromEntries([...new FormData(form).keys()].map((name) => [name, true])));
        location.hash = "";
        location.reload();
      };
      form.addEventListener("submit", answer);
      form.addEventListener("reset", answer);
    },
  };

  // The parser runs this where the element stands, as it would run an inline script.
  customElements.define("wp-early", class extends HTMLElement {
    connectedCallback() {
      try {
        steps[this.dataset.step](this.dataset);
      } catch (error) {
        // Storage may be off, or hold what somebody else wrote; the page goes on without it.
        console.warn(error);
      }
    }
  });
}
