// Words that somebody may have meant who wrote one that is nowhere: the twin of core/search/near.py.
import { compare } from "./search_words.js";

/** How near two words are that only end differently. */
export const INFLECTED = 70;

const CANDIDATES = 6;
const SHORTEST_PREFIX = 3;
const SHORTEST_TYPO = 4;
const LONGEST_ENDING = 4;
const SHORTEST_TWO_TYPOS = 7;

/** Return [form, nearness from 1 to 100] of the forms that a word may stand for, nearest first. */
export function near(word, forms, typing) {
  const found = [];
  for (const form of forms) {
    const nearness = nearnessOf(word, form, typing);
    if (nearness) found.push([form, nearness]);
  }
  found.sort((a, b) => b[1] - a[1] || compare(a[0], b[0]));
  return found.slice(0, CANDIDATES);
}

/** The letters that a form can begin with which is near a word. */
export const firstLetters = (word) => [...new Set([...word].slice(0, 2))];

function nearnessOf(word, form, typing) {
  if (form.includes(" ")) return 0;
  if (form.startsWith(word)) {
    return word.length >= (typing ? 1 : SHORTEST_PREFIX) ? 60 + Math.floor((30 * word.length) / form.length) : 0;
  }
  return Math.max(inflected(word, form), misspelt(word, form));
}

function inflected(word, form) {
  const most = Math.min(word.length, form.length);
  let shared = 0;
  while (shared < most && word[shared] === form[shared]) shared += 1;
  const rest = Math.max(word.length, form.length) - shared;
  if (shared < SHORTEST_TYPO || rest > LONGEST_ENDING || shared < rest) return 0;
  return shared === form.length ? 80 : INFLECTED;
}

function misspelt(word, form) {
  if (word.length < SHORTEST_TYPO || Math.abs(word.length - form.length) > 2 || form.length < 3) return 0;
  const sameStart = word[0] === form[0];
  const most = word.length >= SHORTEST_TWO_TYPOS && sameStart ? 2 : 1;
  const edits = distance(word, form, most);
  if (edits > most) return 0;
  if (edits === 1) return sameStart ? 80 : 65;
  return 55;
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
