// Sends a request to a ticket API, and reads its answer. What the server says is text and nothing else.
const PATIENCE = 20_000;
const LONGEST = 300;
const LONGEST_NUMBER = 100;
const MOST_READ = 65_536;
const DAY = 86_400_000;

const line = (value) => (typeof value === "string" || typeof value === "number" ? String(value).replace(/\s+/g, " ").trim().slice(0, LONGEST) : "");

/**
 * Post a request.
 * @returns {Promise<{number: string, deadline: Date | null} | {reason: string, isUnsure?: boolean, message?: string, code?: number}>}
 *   with a `reason` where it was not taken (refused, refused_bare, offline), or may have been (network, timeout, unreadable)
 */
export async function sendTicket(url, body) {
  const control = new AbortController();
  const isOnline = navigator.onLine;
  let answer = null;
  const timer = setTimeout(() => control.abort(), PATIENCE);
  try {
    answer = await fetch(new URL(url, location.origin), {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      body: JSON.stringify(body),
      // The text goes to the address that the site names, as nobody in particular, and nowhere else.
      credentials: "omit",
      redirect: "manual",
      referrerPolicy: "no-referrer",
      cache: "no-store",
      signal: control.signal,
    });
    return judge(answer, await readSome(answer));
  } catch {
    if (control.signal.aborted) return unsure("timeout");
    // It began to answer, so it was reached; what is missing is its words.
    if (answer) return judge(answer, "");
    return isOnline ? unsure("network") : { reason: "offline" };
  } finally {
    clearTimeout(timer);
  }
}

const unsure = (reason) => ({ reason, isUnsure: true });

/** Read an answer, but no more of it than an answer can be. */
async function readSome(answer) {
  const reader = answer.body?.getReader();
  const decoder = new TextDecoder();
  let text = "";
  while (reader && text.length < MOST_READ) {
    const { done, value } = await reader.read();
    if (done) return text;
    text += decoder.decode(value, { stream: true });
  }
  await reader?.cancel();
  return text;
}

function judge(answer, text) {
  let reply = null;
  try {
    reply = JSON.parse(text);
  } catch {
    // Said below.
  }
  const isObject = typeof reply === "object" && reply !== null;
  if (answer.ok && isObject && reply.success === true && typeof reply.ticket === "object" && reply.ticket !== null) {
    return { number: numberOf(reply.ticket.ticketNumber), deadline: deadlineOf(reply.ticket.slaDeadline) };
  }
  const message = isObject ? messageOf(reply) : "";
  if (message) return { reason: "refused", message };
  // An answer that leads elsewhere is not followed, and comes without a code.
  if (!answer.ok && answer.status) return { reason: "refused_bare", code: answer.status };
  return unsure("unreadable");
}

/** The number of a request; part of one finds nothing. */
function numberOf(value) {
  const number = line(value);
  return number.length <= LONGEST_NUMBER ? number : "";
}

/** A deadline as a date and time in ISO form or in milliseconds; null for one that nobody would promise. */
function deadlineOf(value) {
  const moment = /^\d{4}-\d\d-\d\dT/.test(value) ? Date.parse(value) : typeof value === "number" ? value : NaN;
  const ahead = moment - Date.now();
  return ahead > -DAY && ahead < 366 * DAY ? new Date(moment) : null;
}

/** The words of a refusal, as the usual APIs put them. */
function messageOf(reply) {
  const errors = Array.isArray(reply.errors) ? reply.errors.map((error) => line(error?.message ?? error)).filter(Boolean) : [];
  return errors.join(" ").slice(0, LONGEST) || line(reply.message) || line(reply.error?.message ?? reply.error);
}
