// What scripts say, in the language of the site: the texts under `live` in theme/i18n/.
import { language, texts } from "./words.js";

const forms = new Intl.PluralRules(language);

export { language };

/** Which form dates and numbers take: in English as in Europe, like the pages themselves. */
export const locale = language === "en" ? "en-GB" : language;

/** Say a moment in the reader's own zone: 21 Nov, 10:02. */
export function moment(date) {
  return new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" }).format(date);
}

/** Return a text with its {values} filled in; `count` chooses the plural. It is text, never markup. */
export function say(name, values = {}) {
  const found = texts[name];
  const text = typeof found === "object" ? found[forms.select(values.count)] ?? found.other : found;
  if (text === undefined) throw new Error(`There is no text ${name}.`);
  return text.replace(/\{(\w+)\}/g, (whole, key) => (key in values ? String(values[key]) : whole));
}

/** Say how long ago something was, in whole units. */
export function ago(milliseconds) {
  const minutes = Math.floor(milliseconds / 60_000);
  if (minutes < 1) return say("ago.now");
  if (minutes < 60) return say("ago.minutes", { count: minutes });
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? say("ago.hours", { count: hours }) : say("ago.days", { count: Math.floor(hours / 24) });
}
