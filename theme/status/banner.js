// A banner for your own app: trouble and running maintenance of the components in data-components (all where it
// names none), from now.json beside this file. Nothing while all is well, or while nobody knows how it is.
(() => {
  const words = WAYPOST_WORDS;
  const script = document.currentScript || document.querySelector('script[src$="/banner.js"]');
  const home = new URL(".", script.src);
  const chosen = (script.dataset.components || "").split(",").map((id) => id.trim()).filter(Boolean);
  const KEY = `waypost ${home.href}`;
  const MOST = 3;
  const STYLE = `
    :host { all: initial; display: block; }
    aside { --edge: light(degraded); display: flex; gap: 8px 16px; align-items: center; padding: 8px 16px; border-left: 6px solid var(--edge);
      background: light(degraded-wash); color: light(ink); font: 15px/1.4 system-ui, sans-serif; }
    aside[data-tone="major"], aside[data-tone="critical"] { --edge: light(major); background: light(major-wash); }
    aside[data-tone="maintenance"] { --edge: light(maintenance); background: light(maintenance-wash); }
    ul { flex: 1; list-style: none; margin: 0; padding: 0; overflow-wrap: anywhere; }
    a { color: inherit; } a:hover { text-decoration-thickness: 2px; }
    button { min-width: 32px; min-height: 32px; border: 1px solid currentColor; border-radius: 6px; background: none; color: inherit; font: inherit; cursor: pointer; }
    a:focus-visible, button:focus-visible { outline: 3px solid var(--edge); outline-offset: 2px; }
    @media (prefers-color-scheme: dark) { aside, aside[data-tone] { background: dark(card); color: dark(ink); } }
    @media print { aside { display: none; } }`;
  const list = (value) => (Array.isArray(value) ? value : []);
  let dismissed = [];
  let shown = "";
  let host = null;
  let last = null;
  try { dismissed = list(JSON.parse(sessionStorage.getItem(KEY))); } catch { /* Storage is off: until the next page. */ }

  const isOurs = (ids) => !chosen.length || list(ids).some((id) => chosen.includes(id));
  /** What an incident would be called for the state of a component, the worst last. */
  const IMPACTS = WAYPOST_IMPACTS;
  const RANK = [...Object.values(IMPACTS).reverse(), "none", "maintenance"];

  /** Return the messages to show: {id, tone, text, path}, the worst first. */
  function messages(now) {
    const age = Date.now() - Date.parse(now.checked_at);
    if (now.checked_at && !(age <= now.stale_after * 1000)) return [];
    const incidents = list(now.incidents).filter((item) => isOurs(item.components));
    const works = list(now.maintenances).filter((item) => isOurs(item.components));
    const items = incidents.map(({ id, impact, title, path }) => ({ id, tone: impact, text: title, path }));
    const known = new Set(incidents.flatMap((item) => list(item.components)));
    for (const [id, { name, status, since }] of Object.entries(now.components || {})) {
      if (IMPACTS[status] && isOurs([id]) && !known.has(id)) {
        items.push({ id: `${id} ${since}`, tone: IMPACTS[status], text: `${name}: ${words[status]}`, path: "" });
      }
    }
    items.push(...works.map(({ id, title, path }) => ({ id, tone: "maintenance", text: title, path })));
    const rank = (item) => (RANK.indexOf(item.tone) + RANK.length) % RANK.length;
    return items.filter((item) => !dismissed.includes(item.id)).sort((a, b) => rank(a) - rank(b));
  }

  /** An address on the host of this file, whatever is in its data. */
  function address(path) {
    const url = new URL(String(path || ""), home);
    return url.origin === home.origin ? url.href : home.href;
  }

  function make(name, text, values) {
    return Object.assign(document.createElement(name), { textContent: text }, values);
  }

  function show(items) {
    if (shown === JSON.stringify(items) || (!host && !items.length)) return;
    shown = JSON.stringify(items);
    if (!host) {
      host = document.createElement("div");
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(STYLE);
      host.attachShadow({ mode: "open" }).adoptedStyleSheets = [sheet];
      document.body.prepend(host);
    }
    if (!items.length) return host.shadowRoot.replaceChildren();
    const aside = document.createElement("aside");
    aside.dataset.tone = items[0].tone;
    aside.setAttribute("aria-label", words.label);
    const lines = document.createElement("ul");
    lines.setAttribute("role", "status");
    const links = items.slice(0, MOST).map((item) => make("a", item.text, { href: address(item.path) }));
    if (items.length > MOST) links.push(make("a", words.all, { href: home.href }));
    const button = make("button", "\u00d7", { type: "button", title: words.dismiss });
    button.setAttribute("aria-label", words.dismiss);
    button.addEventListener("click", () => dismiss(items));
    aside.append(lines, button);
    host.shadowRoot.replaceChildren(aside);
    // What is put into a region that is there already is read aloud.
    for (const link of links) lines.appendChild(document.createElement("li")).append(link);
  }

  function dismiss(items) {
    dismissed = [...dismissed, ...items.map((item) => item.id)].slice(-50);
    try { sessionStorage.setItem(KEY, JSON.stringify(dismissed)); } catch { /* Storage is off. */ }
    show([]);
  }

  async function refresh() {
    try {
      const answer = await fetch(new URL("now.json", home), { credentials: "omit" });
      if (answer.ok) last = await answer.json();
    } catch {
      // The last answer is shown until it is too old.
    }
    try {
      if (last) show(messages(last));
    } catch {
      // An app must not suffer from what its banner reads.
    }
  }

  refresh();
  setInterval(() => document.hidden || refresh(), 60_000);
})();
