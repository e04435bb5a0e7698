// Sends a request to a ticket API, and reads its answer. What the server says is text and nothing else.
const PATIENCE = 20_000;
const LONGEST = 300;
const MOST_READ = 65_536;

const line = (value) => (typeof value === "string" || typeof value === "number" ? String(value).replace(/\s+/g, " ").trim().slice(0, LONGEST) : "");

/**
 * Post a request.
 * @returns {Promise<{number: string, deadline: Date | null} | {reason: string, message?: string, code?: number}>}
 *   with a `reason` (refused, refused_bare, unreadable, network, timeout) where it was not taken
 */
export async function sendTicket(url, body) {
  const control = new AbortController();
  const timer = setTimeout(() => control.abort(), PATIENCE);
  try {
    const answer = await fetch(new URL(url, location.origin), {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      body: JSON.stringify(body),
      // The text goes to the address that the site names, as nobody in particular, and nowhere else.
      credentials: "omit",
      redirect: "error",
      referrerPolicy: "no-referrer",
      cache: "no-store",
      signal: control.signal,
    });
    return judge(answer, await readSome(answer));
  } catch {
    return { reason: control.signal.aborted ? "timeout" : "network" };
  } finally {
    clearTimeout(timer);
  }
}

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
  let said = null;
  try {
    said = JSON.parse(text);
  } catch {
    // Said below.
  }
  const isObject = typeof said === "object" && said !== null;
  if (answer.ok && isObject && said.success === true && typeof said.ticket === "object" && said.ticket !== null) {
    const deadline = new Date(said.ticket.slaDeadline ?? NaN);
    return { number: line(said.ticket.ticketNumber), deadline: Number.isNaN(deadline.getTime()) ? null : deadline };
  }
  const message = isObject ? messageOf(said) : "";
  if (message) return { reason: "refused", message };
  if (!answer.ok) return { reason: "refused_bare", code: answer.status };
  return { reason: "unreadable" };
}

/** The words of a refusal, as the usual APIs put them. */
function messageOf(said) {
  const errors = Array.isArray(said.errors) ? said.errors.map((error) => line(error?.message ?? error)).filter(Boolean) : [];
  return errors.join(" ").slice(0, LONGEST) || line(said.message) || line(said.error?.message ?? said.error);
}
