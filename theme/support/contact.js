// The live parts of the contact page: what is open now, and by when an answer comes. Everything else is in the HTML.
import { isSameClock, officeTime, readerZone, timeOf, until, weekFor, when } from "./contact_time.js";
import { answerBy, closes, isOpen, midnightOf, nextOpening, scheduleOf } from "./hours.js";
import { put } from "./put.js";
import { say } from "./say.js";

const MINUTE = 60_000;
/** Where the chosen plan is remembered for this browser tab. */
const PLAN = "waypost-plan";
// Open until then, always open, closed until then, and never open: mail and forms can be written to at any time.
const STAFFED = ["contact.open_now", "contact.open_always", "contact.opens", "contact.never"];
const READ = ["contact.read_now", "contact.read_always", "contact.read_from", "contact.never"];
const TEXTS = { email: READ, form: READ };

const data = document.getElementById("wp-support");
const support = data ? JSON.parse(data.textContent) : null;
const zone = readerZone();

const part = (selector, within = document) => within.querySelector(selector);

function chosen(name) {
  return document.querySelector(`input[name="${name}"]:checked`)?.value ?? "";
}

function chosenTier() {
  return support.tiers.find((tier) => tier.id === chosen("plan")) ?? null;
}

/** Say in brackets what the office's clock shows then, where that differs from the reader's. */
function inOffice(moment) {
  if (isSameClock(moment, zone, support.zone)) return "";
  return say("contact.answer_office", { when: officeTime(moment, zone, support.zone), city: support.city });
}

function holidayNow(now) {
  const today = new Date(midnightOf(now, support.zone)).toISOString().slice(0, 10);
  const holiday = support.holidays.find(({ date }) => date === today);
  return holiday ? say("contact.holiday", { city: support.city, name: holiday.name }) : "";
}

/** Say whether somebody is there, with the names of three texts: open until then, open always, closed until then. */
function presence(schedule, now, [open, always, closed, never]) {
  if (isOpen(schedule, now)) {
    const end = closes(schedule, now);
    return { moment: end, text: end ? say(open, { until: until(end, now, zone) }) : say(always) };
  }
  const moment = nextOpening(schedule, now);
  return { moment, text: moment ? say(closed, { when: when(moment, now, zone) }) : say(never) };
}

/** Ask for what is still missing before an answer can be given. */
function whatToChoose() {
  const hasUrgency = Boolean(document.querySelector(".wp-urgency"));
  if (!support.tiers.length) return hasUrgency && !chosen("urgency") ? say("contact.choose_urgency_alone") : "";
  if (chosen("plan")) return say("contact.choose_urgency");
  return say(chosen("urgency") ? "contact.choose_plan" : "contact.choose");
}

/** What stands in the panel before both questions are answered: whether the office is there, and what to choose. */
function invitation(now) {
  const texts = ["contact.here", "contact.here_always", "contact.away", "contact.away_long"];
  const { moment, text } = presence(scheduleOf(support, null), now, texts);
  const detail = [holidayNow(now), whatToChoose()].filter(Boolean).join(" ");
  return { lead: text, office: moment ? inOffice(moment) : "", detail };
}

function promise(tier, now) {
  const hours = document.querySelector('input[name="plan"]:checked').dataset.hours;
  const counted = `${tier.name}: ${hours}.`;
  const deadline = answerBy(support, tier, chosen("urgency"), now);
  if (deadline !== null) {
    const isToday = midnightOf(deadline, zone) === midnightOf(now, zone);
    const today = () => say("contact.answer_today", { time: timeOf(deadline, zone) });
    const lead = isToday ? today() : say("contact.answer", { when: when(deadline, now, zone) });
    const holiday = tier.always ? "" : holidayNow(now);
    return { lead, office: inOffice(deadline), detail: [holiday, counted].filter(Boolean).join(" ") };
  }
  const texts = ["contact.no_promise_open", "contact.here_always", "contact.no_promise_closed", "contact.away_long"];
  const { text } = presence(scheduleOf(support, tier), now, texts);
  return { lead: say("contact.no_promise", { tier: tier.name }), office: "", detail: `${text} ${counted}` };
}

function showAnswer(now) {
  const tier = chosenTier();
  const shown = tier && chosen("urgency") ? promise(tier, now) : invitation(now);
  put(part("[data-wp-lead]"), shown.lead);
  put(part("[data-wp-lead-office]"), shown.office);
  put(part("[data-wp-detail]"), shown.detail);
  const [here, there] = [timeOf(now, zone), timeOf(now, support.zone)];
  const name = isSameClock(now, zone, support.zone) ? "contact.clock_same" : "contact.clocks";
  put(part("[data-wp-clocks]"), say(name, { here, there, zone: zone.replaceAll("_", " "), city: support.city }));
}

function showChannel(channel, now) {
  const card = document.querySelector(`[data-channel="${channel.id}"]`);
  if (!card) return;
  const tier = chosenTier();
  const isBack = Boolean(tier && channel.tiers.length && !channel.tiers.includes(tier.id));
  card.toggleAttribute("data-back", isBack);
  if (!channel.live) return;
  const schedule = scheduleOf(support, channel);
  const { text } = presence(schedule, now, TEXTS[channel.kind] ?? STAFFED);
  const state = card.querySelector("[data-wp-state]");
  state.dataset.status = isOpen(schedule, now) && !isBack ? "operational" : "closed";
  put(part("span", state), isBack ? say("contact.not_for", { tier: tier.name }) : text);
  const hours = channel.always ? "" : weekFor(schedule, now, zone);
  put(part("[data-wp-yours]", card), hours && say("contact.your_hours", { hours }));
}

function showTable() {
  const tier = chosen("plan");
  for (const cell of document.querySelectorAll(".wp-contact [data-tier]")) cell.toggleAttribute("data-chosen", cell.dataset.tier === tier);
}

function showHolidays(now) {
  const today = new Date(midnightOf(now, support.zone)).toISOString().slice(0, 10);
  for (const day of document.querySelectorAll("[data-day]")) day.toggleAttribute("data-past", day.dataset.day < today);
}

function showWay() {
  const link = document.querySelector("[data-wp-write]");
  const address = new URL(link.href);
  if (chosen("urgency")) address.searchParams.set("urgency", chosen("urgency"));
  link.href = address.href;
}

function show() {
  const now = Date.now();
  showAnswer(now);
  for (const channel of support.channels) showChannel(channel, now);
  showTable();
  showHolidays(now);
  showWay();
}

function remember() {
  try {
    if (chosen("plan")) sessionStorage.setItem(PLAN, chosen("plan"));
  } catch {
    // Without storage the plan is asked again on the next visit.
  }
}

function recall() {
  try {
    const plan = sessionStorage.getItem(PLAN);
    const choice = [...document.querySelectorAll('input[name="plan"]')].find((input) => input.value === plan);
    if (choice && !chosen("plan")) choice.checked = true;
  } catch {
    // The same.
  }
}

function tick() {
  show();
  setTimeout(tick, MINUTE - (Date.now() % MINUTE));
}

if (support) {
  recall();
  document.querySelector(".wp-contact").addEventListener("change", () => {
    remember();
    show();
  });
  tick();
}
