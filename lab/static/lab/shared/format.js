/** Numbers, durations, sizes and sentences, in the language of the page. */
const language = document.documentElement.lang;
const whole = new Intl.NumberFormat(language);
const compact = new Intl.NumberFormat(language, { notation: "compact", maximumFractionDigits: 1 });
const tenths = new Intl.NumberFormat(language, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const clock = new Intl.DateTimeFormat(language, {
  hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3, hourCycle: "h23",
}); // prettier-ignore

const PREFIXES = ["", "k", "M", "G", "T", "P", "E"];
const NUMBER = /\d(?:[\d,.]*\d)?/g;

/** A count, exact below 100,000. @param {number} value */
export const number = (value) => (value < 100_000 ? whole : compact).format(value);

/** A number of three significant digits. @param {number} value */
export function digits(value) {
  const size = Math.abs(value);
  const places = size >= 100 || Number.isInteger(value) ? 0 : size >= 10 ? 1 : 2;
  return new Intl.NumberFormat(language, { maximumFractionDigits: places }).format(value);
}

/** Three digits and the prefix of their unit: 1234 → ["1.23", "k"]. @param {number} value */
function scaled(value) {
  const power = Math.floor(Math.log10(Math.max(1, Math.abs(value))) / 3);
  const step = Math.min(PREFIXES.length - 1, power);
  return [digits(value / 1_000 ** step), PREFIXES[step]];
}

/** @param {string} unit @returns {(value: number | null) => string} */
const formatterOf = (unit) => (value) => {
  if (value === null || Number.isNaN(value)) return "–";
  const [figure, prefix] = scaled(value);
  return `${figure} ${prefix}${unit}`;
};
export const bytes = formatterOf("B");
export const bits = formatterOf("bit/s");

/** @param {number} value */
export function perSecond(value) {
  const [figure, prefix] = scaled(value);
  return interpolate(gettext("%s/s"), [figure + (prefix && ` ${prefix}`)]);
}

/** @param {number} ms */
export function duration(ms) {
  if (Math.abs(ms) < 1_000) return interpolate(gettext("%s ms"), [whole.format(Math.round(ms))]);
  return interpolate(gettext("%s s"), [tenths.format(ms / 1_000)]);
}

/** The time of day to the millisecond. @param {number} ms - since the epoch */
export const time = (ms) => clock.format(ms);

/** "polling, SSE". @param {string[]} names */
export const list = (names) => names.join(gettext(", "));

/** "SSE: 17 ms". @param {string} label @param {string} text */
export const labelled = (label, text) => interpolate(gettext("%s: %s"), [label, text]);

/** Text whose direction of writing leaves the rest of a sentence as it is: U+2068 to U+2069. @param {string} text */
export const isolated = (text) => `\u2068${text}\u2069`;

/**
 * A sentence of the server's or the wires' control, "NAME: RULE.", in the page's language. The catalogue has the rule
 * with %s for its numbers; the name stays.
 * @param {string} sentence
 */
export function translated(sentence) {
  const [, name, rule] = sentence.match(/^([^:]+): (.+)$/) ?? [null, null, sentence];
  /** @type {string[]} */
  const numbers = [];
  const text = gettext(rule.replace(NUMBER, (match) => (numbers.push(match), "%s")));
  return name ? labelled(name, interpolate(text, numbers)) : interpolate(text, numbers);
}
