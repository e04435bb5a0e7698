// Stands in for search_client.js where a test is about what people see: a few hits of the sample, found by the
// beginnings of their words; of what has "maybe" in it, it is not sure, and to "how long" it quotes
// the answer. `localStorage.searchFails` makes it fail that many times; `searchWaits` makes it slow.
const CATEGORIES = {
  downloads: { id: "downloads", title: "Downloads", url: "downloads/" },
  galleries: { id: "galleries", title: "Galleries", url: "galleries/" },
  payments: { id: "payments", title: "Payments and plans", url: "payments/" },
};
const HITS = [
  ["downloads/zip-stops-half-way/#what-to-do", "A zip download stops half way", "troubleshooting", "downloads", "What to do", "Large archives are cut when the browser or the computer goes to sleep: keep both awake until the zip is whole", ["downloads"]],
  ["downloads/download-a-whole-gallery/", "Download a whole gallery as one zip", "tutorial", "downloads", "", "Choose Original or Web size, then wait for the zip to be packed", ["downloads"]],
  ["downloads/download-questions/#how-long-is-a-link-valid", "How long is a download link valid?", "faq", "downloads", "", "Twenty-four hours from the moment we made it", ["downloads"]],
  ["downloads/find-out-why-a-download-stops/", "Find out why a download stops", "troubleshooter", "downloads", "", "A few questions lead to what helps", ["downloads"]],
  ["downloads/not-enough-storage/", "There is not enough storage for a download", "troubleshooting", "downloads", "Before you start", "A zip download needs twice its size while it is unpacked", ["downloads"]],
  ["galleries/share-a-gallery/", "Share a gallery", "tutorial", "galleries", "", "Send the link, and choose whether people may download", ["galleries"]],
  ["galleries/open-a-gallery/", "Open a gallery", "tutorial", "galleries", "", "The link in your mail opens it, and there you can download", ["galleries"]],
  ["payments/get-an-invoice/", "Download an invoice", "page", "payments", "", "Every invoice is kept in your account", ["payments"]],
  ["payments/refunds/", "Refunds", "page", "payments", "", "A refund arrives within five days", []],
];

const words = (text) => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];

function parts(text, asked) {
  return text.split(/(?<=[^\p{L}\p{N}])|(?=[^\p{L}\p{N}])/u).map((piece) => [piece, words(piece).some((word) => asked.some((one) => word.startsWith(one)))]);
}

function counted(found, key) {
  const counts = new Map();
  for (const hit of found) counts.set(hit[key], (counts.get(hit[key]) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]);
}

let last = 0;
let warmed = 0;
let asks = 0;

export function warm() {
  warmed += 1;
  document.documentElement.dataset.warmed = String(warmed);
}

export async function ask(question, { typing = false, asTyped = false, kinds = [], categories = [], limit = 8, events = [] } = {}) {
  last += 1;
  asks += 1;
  const turn = last;
  document.documentElement.dataset.asked = JSON.stringify({ question, typing, asTyped, kinds, categories, limit });
  document.documentElement.dataset.asks = String(asks);
  await new Promise((resolve) => setTimeout(resolve, Number(localStorage.searchWaits ?? 0)));
  if (turn !== last) return null;
  const nearest = [CATEGORIES.downloads, CATEGORIES.galleries];
  const named = events.filter(({ name }) => words(name).some((word) => words(question).includes(word))).flatMap(({ components }) => components);
  const nothing = { question, corrected: "", hits: [], total: 0, kinds: [], categories: [], nearest, events: named };
  if (Number(localStorage.searchFails ?? 0) > 0) {
    localStorage.searchFails = String(Number(localStorage.searchFails) - 1);
    return { ...nothing, state: "failed" };
  }
  const corrected = question.includes("downlod") && !asTyped ? question.trim().replace("downlod", "download") : "";
  const asked = words(corrected || question);
  const isUnsure = asked.includes("maybe");
  const found = HITS.filter(([, title, , , , passage]) => words(`${title} ${passage}`).some((word) => asked.some((one) => word.startsWith(one)))).slice(0, isUnsure ? 3 : HITS.length);
  if (!found.length) return { ...nothing, state: "nothing" };
  const wanted = found.filter(([, , kind, category]) => (!kinds.length || kinds.includes(kind)) && (!categories.length || categories.includes(category)));
  const hits = wanted.slice(0, limit).map(([url, title, kind, category, section, passage, components]) => (
    { url, title, titleParts: parts(title, asked), kind, category: CATEGORIES[category], place: [CATEGORIES[category].title], article: "", section, passage: parts(passage, asked), components }
  ));
  return {
    ...nothing,
    state: isUnsure ? "unsure" : "answer",
    corrected, hits,
    quote: question.includes("how long") ? { parts: parts(HITS[2][5], asked), title: HITS[2][1], url: HITS[2][0] } : null,
    total: wanted.length,
    kinds: counted(found, 2).map(([kind, count]) => ({ kind, count })),
    categories: counted(found, 3).map(([id, count]) => ({ ...CATEGORIES[id], count })),
  };
}
