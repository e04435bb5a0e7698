// Reads the index from its files: search/rules/shards.py has the format. What is fetched once stays.
import { compare, wordsOf } from "./search_words.js";

const FORMAT = 4;
/** Milliseconds after which a file that does not come counts as missing. */
const PATIENCE = 15_000;
const NAME = 8;
const RESULT_NAME = 4;

/** A file is not there, or is not what it should be. */
export class Unreadable extends Error {}

async function get(url, cache) {
  const answer = await fetch(url, { cache, signal: AbortSignal.timeout(PATIENCE) });
  if (!answer.ok) throw new Unreadable(`${url}: ${answer.status}`);
  return answer.arrayBuffer();
}

/** Do something with a file; whatever goes wrong with it is that it cannot be read. */
async function readable(url, action) {
  try {
    return await action();
  } catch (error) {
    throw error instanceof Unreadable ? error : new Unreadable(`${url}: ${error.message}`);
  }
}

const fetched = (url, cache, read) => readable(url, async () => read(await unpacked(await get(url, cache))));

async function unpacked(data) {
  const stream = new Blob([data]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

const text = (data) => new TextDecoder("utf-8", { fatal: true }).decode(data);

/** Reads whole numbers one after the other. */
class Reader {
  place = 0;

  constructor(data) {
    this.data = data;
  }

  next() {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      if (this.place >= this.data.length) throw new Unreadable("cut-off");
      const byte = this.data[this.place];
      this.place += 1;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  }
}

function readForms(data) {
  const forms = new Map();
  const reader = new Reader(data);
  let before = new Uint8Array();
  let term = 0;
  while (reader.place < data.length) {
    const shared = reader.next();
    const length = reader.next();
    const written = new Uint8Array(shared + length);
    written.set(before.subarray(0, shared));
    written.set(data.subarray(reader.place, reader.place + length), shared);
    reader.place += length;
    const step = reader.next();
    term += step % 2 ? -(step + 1) / 2 : step / 2;
    forms.set(text(written), { term, weight: reader.next() });
    before = written;
  }
  return forms;
}

function readSpelling(data) {
  return new Map(text(data).split("\n").map((line) => [line.split(" ")[0], line.split(" ")[1] ?? ""]));
}

function readTerms(data, first) {
  const terms = new Map();
  const reader = new Reader(data);
  for (let term = first; reader.place < data.length; term += 1) {
    const count = reader.next();
    const documents = new Uint32Array(count);
    const impacts = new Uint16Array(count);
    let document = -1;
    for (let row = 0; row < count; row += 1) {
      document += reader.next();
      documents[row] = document;
    }
    for (let row = 0; row < count; row += 1) impacts[row] = reader.next();
    terms.set(term, { documents, impacts });
  }
  return terms;
}

/** The place of the last entry that is not behind what is looked for; -1 where all are. */
function placeOf(firsts, wanted, order) {
  let low = 0;
  let high = firsts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (order(firsts[middle], wanted) <= 0) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** A result with its passages in their order: title, aliases, summary, then of each section heading and sentences; -1 is no section. */
function readResult(data) {
  const result = JSON.parse(text(data));
  const passages = [result.title, ...result.aliases].filter(Boolean).map((name) => ({ text: name, section: -1, isName: true }));
  if (result.summary) passages.push({ text: result.summary, section: -1 });
  result.sections.forEach(([, heading, sentences], section) => {
    if (heading) passages.push({ text: heading, section, isName: true });
    for (const sentence of sentences) passages.push({ text: sentence, section });
  });
  const withParts = (word) => [word, ...(result.compounds[word] ?? [])];
  result.passages = passages.map((passage, at) => ({ ...passage, weight: result.weights[at], words: new Set(wordsOf(passage.text).flatMap(withParts)) }));
  return result;
}

/** One build's index. */
export class Shards {
  #root;
  #cache;
  #kept = new Map();

  constructor(root, table, cache) {
    this.#root = root;
    this.#cache = cache;
    this.table = table;
    this.stop = new Set(table.stop.split(" "));
    this.phrases = new Set(table.phrases);
    /** The numbers of the ranking, by their names in search/rules/constants.py in small letters. */
    this.constants = table.ranking;
  }

  /**
   * Load the table of the current build; `root` is the address of the folder with a slash at its end. With the
   * cache "reload" nothing is taken from what the browser kept, in which a file may be damaged.
   */
  static async load(root, cache = "force-cache") {
    const url = `${root}manifest.json`;
    // Hosts tell times in whole seconds: of two builds in one second the browser could keep the first.
    const asked = cache === "reload" ? cache : "no-cache";
    const manifest = await readable(url, async () => JSON.parse(text(await get(url, asked))));
    if (manifest.format !== FORMAT) throw new Unreadable(`format ${manifest.format}`);
    const table = await fetched(`${root}i-${manifest.table}.bin`, cache, (data) => JSON.parse(text(data)));
    return new Shards(root, table, cache);
  }

  #keep(name, read) {
    if (!this.#kept.has(name)) {
      const loading = fetched(`${this.#root}${name}.bin`, this.#cache, read);
      this.#kept.set(name, loading);
      // What failed is asked for again.
      loading.catch(() => this.#kept.delete(name));
    }
    return this.#kept.get(name);
  }

  #forms(place) {
    return this.#keep(`f-${this.table.form_files.slice(place * NAME, (place + 1) * NAME)}`, readForms);
  }

  /** Return {term, weight} of a word, or undefined. */
  async form(word) {
    const place = placeOf(this.table.forms, word, compare);
    return place < 0 ? undefined : (await this.#forms(place)).get(word);
  }

  /** Return the letters that a word which no document has may lack at its front: "" for a word of the language. */
  async spelling(word) {
    const place = placeOf(this.table.words, word, compare);
    if (place < 0) return undefined;
    const name = `w-${this.table.word_files.slice(place * NAME, (place + 1) * NAME)}`;
    return (await this.#keep(name, readSpelling)).get(word);
  }

  /** Return the two known words that a compound is made of, the first as long as possible; none for another word. */
  async parts(word) {
    const { links } = this.table;
    const shortest = this.constants.shortest_part;
    const letters = [...word];
    if (!links.length || letters.length < 2 * shortest) return [];
    const known = new Set((await this.withLetter(letters[0])).map(([form]) => form));
    for (let end = letters.length - shortest; end >= shortest; end -= 1) {
      const first = letters.slice(0, end).join("");
      if (!known.has(first)) continue;
      for (const link of links) {
        const start = end + link.length;
        const rest = letters.slice(start).join("");
        if (letters.length - start >= shortest && letters.slice(end, start).join("") === link && (await this.form(rest))) return [first, rest];
      }
    }
    return [];
  }

  /** Return [form, entry] of the words beside a form that have other stems. */
  async neighbours(form) {
    const entries = await this.near(form);
    const term = entries.find(([other]) => other === form)[1].term;
    return entries.filter(([other, entry]) => entry.term !== term && !this.stop.has(other) && !other.includes(" "));
  }

  /** Return [form, entry] of the words that stand beside one in the alphabet, where its inflections are. */
  async near(word) {
    const place = Math.max(0, placeOf(this.table.forms, word, compare));
    return [...(await this.#forms(place))];
  }

  /** Return [worth, form] of the forms of the synonyms of a term. */
  synonymsOf(term) {
    const groups = this.table.synonyms.filter(([, members]) => members.some(([one]) => one === term));
    return groups.flatMap(([worth, members]) => members.filter(([one]) => one !== term).flatMap(([, forms]) => forms.split("|").map((form) => [worth, form])));
  }

  /** Return the forms with the stem of a form that stand in its shard. */
  async inflections(form) {
    const entries = await this.near(form);
    const term = entries.find(([other]) => other === form)?.[1].term;
    return term === undefined ? [] : entries.filter(([, entry]) => entry.term === term).map(([other]) => other);
  }

  /** Return every form that begins with a letter, with its entry. */
  async withLetter(letter) {
    const { forms } = this.table;
    const start = Math.max(0, placeOf(forms, letter, compare));
    const places = [];
    for (let place = start; place < forms.length && (place === start || [...forms[place]][0] === letter); place += 1) places.push(place);
    const found = await Promise.all(places.map((place) => this.#forms(place)));
    return found.flatMap((part) => [...part]).filter(([form]) => form.startsWith(letter));
  }

  /** Return {documents, impacts} of a term. */
  async postings(term) {
    const place = placeOf(this.table.terms, term, (a, b) => a - b);
    const name = this.table.term_files.slice(place * NAME, (place + 1) * NAME);
    return (await this.#keep(`t-${name}`, (data) => readTerms(data, this.table.terms[place]))).get(term);
  }

  /** Return what a document shows as a result. */
  async result(document) {
    const name = this.table.result_files.slice(document * RESULT_NAME, (document + 1) * RESULT_NAME);
    return this.#keep(`r-${document}-${name}`, readResult);
  }
}
