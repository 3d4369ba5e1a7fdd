/** Numbers, durations and elements, in the language of the page. */
const language = document.documentElement.lang;
const whole = new Intl.NumberFormat(language);
const short = new Intl.NumberFormat(language, { notation: "compact", maximumFractionDigits: 1 });
const tenths = new Intl.NumberFormat(language, { minimumFractionDigits: 1, maximumFractionDigits: 1 });

const SIGNS = /([,;:&?/=]+)/; // a line of a program's text may end after them
const FIGURE = /\d(?:[\d,.]*\d)?/g;

/** A count, exact as long as it is short. */
export const number = (value) => (value < 100_000 ? whole : short).format(value);

/** A duration given in ms, for people. */
export function duration(ms) {
  if (Math.abs(ms) < 1_000) return interpolate(gettext("%s ms"), [whole.format(Math.round(ms))]);
  return interpolate(gettext("%s s"), [tenths.format(ms / 1_000)]);
}

/** Names one after the other: "polling, SSE". */
export const list = (names) => names.join(gettext(", "));

/** A name within a sentence, where its direction of writing turns nothing else: U+2068 to U+2069. */
export const isolated = (name) => `\u2068${name}\u2069`;

/** What something is or says: "SSE: 17 ms". */
export const about = (name, words) => interpolate(gettext("%s: %s"), [name, words]);

/** A sentence of the server's or of the control's in the page's language; what it names and its figures stay. */
export function translated(sentence) {
  const [, name, rule] = sentence.match(/^([^:]+): (.+)$/) ?? [null, null, sentence];
  const figures = [];
  const words = gettext(rule.replace(FIGURE, (figure) => (figures.push(figure), "%s")));
  return name === null ? interpolate(words, figures) : about(name, interpolate(words, figures));
}

/** A new element with a class and a text: textContent alone, so that nothing in a message is ever markup. */
export function element(name, className, text = "") {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
}

/** Write a program's text into an element so that its lines end after signs: not inside a word, unless it is long. */
export function breakable(made, text) {
  for (const [place, piece] of text.split(SIGNS).entries()) {
    made.append(piece);
    if (place % 2) made.append(document.createElement("wbr"));
  }
  return made;
}

/** Write a sentence into an element, with what stands between backticks as code. */
export function marked(made, sentence) {
  const pieces = sentence.split("`").map((piece, place) => (place % 2 ? element("code", "", piece) : piece));
  made.replaceChildren(...pieces);
  return made;
}
