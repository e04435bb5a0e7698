// Words that somebody may have meant who wrote one that is nowhere: the twin of search/rules/ranking.py.
import { compare } from "./search_words.js";

/**
 * Return [form, nearness from 1 to 100] of the forms that a word may stand for, nearest first.
 * @param {object} constants those of the index: search/rules/constants.py says what each is
 */
export function near(word, forms, typing, constants) {
  const found = [];
  for (const form of forms) {
    const nearness = nearnessOf(word, form, typing, constants);
    if (nearness) found.push([form, nearness]);
  }
  found.sort((a, b) => b[1] - a[1] || compare(a[0], b[0]));
  return found.slice(0, constants.candidates);
}

/** The letters that a form can begin with which is near a word. */
export const firstLetters = (word) => [...new Set([...word].slice(0, 2))];

function nearnessOf(word, form, typing, constants) {
  if (form.includes(" ")) return 0;
  if (form.startsWith(word)) {
    const enough = typing ? constants.typing : constants.shortest_prefix;
    return word.length >= enough ? constants.prefix + Math.floor((constants.prefix_whole * word.length) / form.length) : 0;
  }
  return Math.max(inflected(word, form, constants), misspelt(word, form, constants));
}

function inflected(word, form, constants) {
  const most = Math.min(word.length, form.length);
  let shared = 0;
  while (shared < most && word[shared] === form[shared]) shared += 1;
  const rest = Math.max(word.length, form.length) - shared;
  if (shared < constants.shortest_typo || rest > constants.longest_ending || shared < rest) return 0;
  return shared === form.length ? constants.same_stem : constants.inflected;
}

function misspelt(word, form, constants) {
  if (word.length < constants.shortest_typo || Math.abs(word.length - form.length) > 2 || form.length < constants.shortest_form) return 0;
  const sameStart = word[0] === form[0];
  const most = word.length >= constants.shortest_two_typos && sameStart ? 2 : 1;
  const edits = distance(word, form, most);
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
