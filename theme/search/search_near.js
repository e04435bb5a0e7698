// Words that somebody may have meant who wrote one that is nowhere: the twin of search/rules/ranking.py.
import { compare } from "./search_words.js";

/**
 * Return {form, worth, isCorrection} of the forms that a word may stand for, nearest first.
 * @param {object} constants those of the index: search/rules/constants.py says what each is
 * @param {{typing: boolean, isWord: boolean, least: number}} how whether the word may be unfinished; whether the
 * language has it, so that it is not misspelt; and how much it must then be like a form
 */
export function near(word, forms, constants, { typing, isWord = false, least = constants.least_alike }) {
  const letters = [...word];
  const isSame = (other, end) => letters.slice(0, end).join("") === other.slice(0, end).join("");
  const nearness = (form) => {
    const other = [...form];
    const begun = begins(word, letters, form, typing, constants);
    if (begun) return { form, worth: begun, isCorrection: false };
    const beginsAlike = isSame(other, constants.shared);
    const isOff = !(isWord || beginsAlike) || (least > constants.last_alike && isShort(word, form, constants));
    const likeness = isOff ? 0 : likenessOf(letters, other, constants);
    const alike = likeness >= least ? Math.floor((likeness * constants.alike) / constants.whole) : 0;
    const wrong = isWord ? 0 : misspelt(letters, other, constants);
    return { form, worth: Math.max(alike, wrong), isCorrection: wrong > alike && !(beginsAlike && isSame(other, Math.max(letters.length, other.length) - 1)) };
  };
  return nearest(forms.map(nearness).filter(({ worth }) => worth), constants.candidates);
}

/** Return {form, worth} of the forms that are related to a word which is known, nearest first. */
export function related(word, forms, constants) {
  const letters = [...word];
  const alike = forms.filter((form) => !isShort(word, form, constants)).map((form) => [form, likenessOf(letters, [...form], constants)]);
  const found = alike.filter(([, likeness]) => likeness >= constants.least_related);
  const worth = (likeness) => Math.floor((likeness * constants.related) / constants.whole);
  return nearest(found.map(([form, likeness]) => ({ form, worth: worth(likeness) })), constants.relatives);
}

const nearest = (found, most) => found.sort((a, b) => b.worth - a.worth || compare(a.form, b.form)).slice(0, most);

/** The letters that a form can begin with which is near a word. */
export const firstLetters = (word) => [...new Set([...word].slice(0, 2))];

/** How near a form is that begins with a word. */
function begins(word, letters, form, typing, constants) {
  const enough = typing ? constants.typing : constants.shortest_prefix;
  if (letters.length < enough || !form.startsWith(word)) return 0;
  return constants.prefix + Math.floor((constants.prefix_whole * letters.length) / [...form].length);
}

/** Whether two words are too short to be alike without one being the beginning of the other. */
function isShort(word, form, constants) {
  return Math.min([...word].length, [...form].length) <= constants.short && !word.startsWith(form) && !form.startsWith(word);
}

/** How many groups of three letters two words share, in hundredths. */
function likenessOf(one, other, constants) {
  if (Math.min(one.length, other.length) < constants.shortest_alike) return 0;
  const [ours, theirs] = [groups(one), groups(other)];
  let shared = 0;
  for (const group of ours) if (theirs.has(group)) shared += 1;
  return Math.floor((2 * constants.whole * shared) / (ours.size + theirs.size));
}

function groups(letters) {
  const spaced = [" ", ...letters];
  return new Set(spaced.slice(2).map((letter, at) => spaced[at] + spaced[at + 1] + letter));
}

function misspelt(one, other, constants) {
  if (Math.min(one.length, other.length) < constants.shortest_typo || Math.abs(one.length - other.length) > 2) return 0;
  const sameStart = one[0] === other[0];
  const most = one.length >= constants.shortest_two_typos && sameStart ? 2 : 1;
  const edits = distance(one, other, most);
  if (edits > most) return 0;
  if (edits === 1) return sameStart ? constants.one_typo : constants.first_wrong;
  return constants.two_typos;
}

/** How many letters must change, go, come or swap places; above `most`, any larger number. */
function distance(one, other, most) {
  if (Math.abs(one.length - other.length) > most) return most + 1;
  let before = [];
  let last = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let row = 1; row <= one.length; row += 1) {
    const now = [row];
    let least = row;
    for (let column = 1; column <= other.length; column += 1) {
      const changed = one[row - 1] === other[column - 1] ? 0 : 1;
      let best = Math.min(last[column] + 1, now[column - 1] + 1, last[column - 1] + changed);
      if (row > 1 && column > 1 && one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1]) {
        best = Math.min(best, before[column - 2] + 1);
      }
      now.push(best);
      least = Math.min(least, best);
    }
    if (least > most) return most + 1;
    before = last;
    last = now;
  }
  return last.at(-1);
}
