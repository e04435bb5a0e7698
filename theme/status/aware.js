// Says above a page how the components are that it depends on, and takes it back when that changes.
import { fillNotice, whenKnown } from "./now.js";
import { isTrouble, worst } from "./present.js";
import { ago, locale, moment, say } from "./say.js";
import { IMPACTS } from "./words.js";

const names = (parts) => parts.map((part) => part.name);

/**
 * Choose from the present what concerns a page: {topic, status, names, title, path, at}, or null.
 * help/rules/status_notice.py chooses the same when the page is built, and explains the order.
 */
export function story(now, components) {
  const ids = components.filter((id) => Object.hasOwn(now.components, id));
  const own = ids.map((id) => ({ id, ...now.components[id] }));
  if (!own.length) return null;
  return ofIncident(now, own) ?? ofTrouble(own) ?? ofMaintenance(now, own) ?? ofQuiet(own);
}

const among = (own, item) => own.filter((part) => item.components.includes(part.id));

function ofIncident(now, own) {
  const order = Object.keys(IMPACTS);
  const hits = now.incidents.filter((item) => among(own, item).length);
  if (!hits.length) return null;
  const item = hits.reduce((a, b) => (order.indexOf(b.impact) > order.indexOf(a.impact) ? b : a));
  const mine = among(own, item);
  const state = worst(mine.map((part) => part.status));
  const status = isTrouble(state) ? state : IMPACTS[item.impact];
  return { topic: "incident", status, names: names(mine), title: item.title, path: item.path, at: item.started_at };
}

function ofTrouble(own) {
  const status = worst(own.map((part) => part.status));
  if (!isTrouble(status)) return null;
  const hit = own.filter((part) => part.status === status);
  const at = hit.map((part) => part.since).sort()[0];
  return { topic: "component", status, names: names(hit), title: "", path: "", at };
}

function ofMaintenance(now, own) {
  const item = now.maintenances.find((work) => among(own, work).length);
  if (!item) return null;
  return { topic: "maintenance", status: "under_maintenance", names: names(among(own, item)), title: item.title, path: item.path, at: item.ends_at };
}

function ofQuiet(own) {
  const unknown = own.filter((part) => part.status === "no_data");
  if (unknown.length) return { topic: "unknown", status: "no_data", names: names(unknown), title: "", path: "", at: "" };
  return { topic: "calm", status: "operational", names: names(own), title: "", path: "", at: "" };
}

const join = (list) => new Intl.ListFormat(locale, { type: "conjunction" }).format(list);

/** Put a story into words: {status, calm, title, detail, path, link}. */
export function tell(found, view) {
  const topic = view.isStale ? "unknown" : found.topic;
  const list = join(found.names);
  const link = say(`aware.link.${topic}`);
  if (topic === "calm" || topic === "unknown") {
    const detail = Number.isFinite(view.age) ? `${say("now.checked", { ago: ago(view.age) })}.` : "";
    return { status: topic === "calm" ? "operational" : "no_data", calm: topic === "calm", title: say(`aware.${topic}`, { names: list }), detail, path: "", link };
  }
  const title = found.title || say(`aware.state.${found.status}`, { names: list });
  const detail = found.at ? say(`aware.${topic}`, { names: list, time: moment(new Date(found.at)) }) : "";
  return { status: found.status, calm: false, title, detail, path: found.path, link };
}

for (const notice of document.querySelectorAll("[data-wp-aware]")) {
  const components = notice.dataset.wpAware.split(" ");
  whenKnown((now, view) => {
    const found = story(now, components);
    if (found) fillNotice(notice, tell(found, view));
  });
}
