// What the scripts say, in the reader's language. The English sentence is the
// key; where the page is in another language it carries a catalogue of these
// keys in <meta name="words">. A test looks for a translation of every text that
// stands in a call of t or tn in a module.

/** @typedef {string | {one: string, other: string}} Entry */

/** @returns {Record<string, Entry>} */
function catalogue() {
  const json = document.querySelector('meta[name="words"]')?.getAttribute('content');
  return json ? JSON.parse(json) : {};
}

const words = catalogue();
const locale = document.documentElement.lang || 'en';
const plural = new Intl.PluralRules(locale);

/**
 * @param {string} text with %s, %d, or %[1]s where the order differs
 * @param {(string | number)[]} args
 */
export function fill(text, args) {
  let next = 0;
  return text.replace(/%(?:\[(\d+)\])?[sd]/g, (_, n) => number(args[n ? n - 1 : next++]));
}

/** @param {string | number | undefined} v a number as the reader writes it */
const number = (v) => (typeof v === 'number' ? v.toLocaleString(locale) : v ?? '');

/** @param {string} key @param {(string | number)[]} args */
export function t(key, ...args) {
  const entry = words[key];
  return fill(typeof entry === 'string' ? entry : key, args);
}

/**
 * The form for a number; the number is the first argument of the text.
 * @param {number} n
 * @param {string} one
 * @param {string} other the key
 * @param {(string | number)[]} args
 */
export function tn(n, one, other, ...args) {
  const entry = words[other];
  const forms = typeof entry === 'object' ? entry : {one, other};
  return fill(plural.select(n) === 'one' ? forms.one : forms.other, [n, ...args]);
}
