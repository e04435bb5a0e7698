// Shows known incidents before anybody writes about them, from the same small file as every live part.
import { statusPage } from "./page.js";
import { isTrouble, worseFirst, worst } from "./present.js";
import { putAll } from "./put.js";
import { say } from "./say.js";
import { IMPACTS } from "./words.js";

/**
 * Return what is known to be wrong: [{status, title, path, isReported}], worst first.
 * @param {object} now the present (see present.js)
 * @param {string[]} components ids that matter; none means all of them
 */
export function troubles(now, components) {
  const matters = (id) => !components.length || components.includes(id);
  const reported = [...now.incidents, ...now.maintenances].filter((item) => item.components.some(matters));
  const covered = new Set(reported.flatMap((item) => item.components));
  const lines = reported.map((item) => ({ status: statusOf(now, item), title: item.title, path: item.path, isReported: true }));
  for (const [id, { name, status }] of Object.entries(now.components)) {
    if (matters(id) && !covered.has(id) && worst([status]) !== "operational") {
      const title = say("ticket.known.trouble", { name, state: say(`ticket.state.${status}`) });
      lines.push({ status, title, path: "", isReported: false });
    }
  }
  return lines.sort((a, b) => worseFirst(a.status, b.status));
}

function statusOf(now, item) {
  const own = item.components.map((id) => now.components[id]?.status ?? "operational");
  const state = worst(own);
  if (!item.impact) return "under_maintenance";
  // What a person wrote may concern a component that works by every measure.
  return isTrouble(state) ? state : IMPACTS[item.impact];
}

/** Fill the box: what is known, or that nothing is. */
export function showKnown(box, now, view, components) {
  const lines = view.isStale ? [] : troubles(now, components);
  box.dataset.status = view.isStale ? "no_data" : lines[0]?.status ?? "operational";
  const quiet = { status: box.dataset.status, title: "", text: say(`ticket.known.${view.isStale ? "old" : components.length ? "none" : "none_at_all"}`) };
  putAll(box.querySelector("ul"), (lines.length ? lines : [quiet]).map(lineOf));
}

function lineOf({ status, title, path, text, isReported }) {
  const item = document.createElement("li");
  item.className = "wp-known__line";
  item.dataset.status = status;
  const dot = document.createElement("i");
  dot.className = "wp-dot";
  dot.setAttribute("aria-hidden", "true");
  const label = document.createElement("span");
  if (text) label.textContent = text;
  else label.append(...reportOf(title, path, isReported));
  item.append(dot, label);
  return item;
}

function reportOf(title, path, isReported) {
  const head = document.createElement("b");
  head.textContent = title;
  const link = document.createElement("a");
  link.href = statusPage(path);
  link.textContent = say("ticket.known.follow");
  return [head, isReported ? `${say("ticket.known.knows")} ` : "", link];
}
