/** The questions on a capture. Each maker returns a question about one exchange, or null if it cannot ask one. */
import { time } from "../../lab/shared/format.js";
import { raw, text } from "./capture.js";
import { Random } from "./random.js";

/**
 * @typedef {object} Question
 * @property {string} kind
 * @property {number} about - the id of the exchange
 * @property {string} prompt
 * @property {{bits?: string[], digits?: boolean, text?: string, pieces?: (string | null)[]}} shown
 *   `bits`: the parts of the frame's header that are hidden, `digits`: their bits, too
 * @property {"number" | "one" | "several"} input
 * @property {{value: string, text: string}[]} [choices]
 * @property {string[]} right - the values of the right choices, or the one right number
 * @property {number} [tolerance] - of a number
 * @property {string} because
 * @property {string} [standard]
 */

const OPCODES = { 0: gettext("continuation"), 1: gettext("text"), 2: gettext("binary"), 8: gettext("close"), 9: gettext("ping"), 10: gettext("pong") };
const CARRIERS = new Set(["payload", "data", "body"]); // the parts that hold a message
const CHOICES = 4;

const FRAMES = (capture) => capture.exchanges.filter(({ parts }) => parts.some(({ name }) => name === "opcode"));
const value = (exchange, name) => exchange.parts.find((part) => part.name === name)?.value;
const path = ({ direction: way }) => (way === "up" ? gettext("from the browser to the server") : gettext("from the server to the browser"));

/** The mask bit of a frame: only browsers mask. */
function mask(capture, random) {
  const frame = random.pick(FRAMES(capture));
  if (!frame) return null;
  return {
    about: frame,
    prompt: interpolate(gettext("This frame went %s. What is its mask bit?"), [path(frame)]),
    shown: { bits: ["mask", "length"], digits: true },
    input: "one",
    choices: ["0", "1"].map((each) => ({ value: each, text: each })),
    right: [String(value(frame, "mask"))],
    because: gettext("A browser must mask what it sends, with a new random key for each frame, so that no page can choose the bytes that a proxy sees; a server must not."),
    standard: "RFC 6455 §5.3",
  };
}

/** The length of a payload, from the size of the frame. */
function length(capture, random) {
  const frame = random.pick(FRAMES(capture).filter(({ parts }) => parts.some(({ name }) => name === "payload")));
  if (!frame) return null;
  const [begin, end] = frame.parts.find(({ name }) => name === "payload").bytes;
  return {
    about: frame,
    prompt: interpolate(gettext("The whole frame has %s bytes. How long is its payload, in bytes?"), [frame.size]),
    shown: { bits: ["length"], digits: true },
    input: "number",
    right: [String(end - begin)],
    because: interpolate(gettext("The header has %s bytes: 2, and 2 more for a payload of more than 125 bytes, and 4 for the masking key if the mask bit is 1."), [begin]),
    standard: "RFC 6455 §5.2",
  };
}

/** The type of a frame, from the bits of its opcode. */
function opcode(capture, random) {
  const frames = FRAMES(capture).filter((frame) => value(frame, "opcode") in OPCODES);
  const frame = random.pick(frames);
  if (!frame) return null;
  return {
    about: frame,
    prompt: gettext("Which type does this frame have? Read its opcode."),
    shown: { bits: ["opcode"] },
    input: "one",
    choices: Object.entries(OPCODES).map(([code, name]) => ({ value: code, text: name })),
    right: [String(value(frame, "opcode"))],
    because: gettext("The last four bits of the first byte: 1 is text, 2 binary, 8 close, 9 ping, 10 pong."),
    standard: "RFC 6455 §5.2",
  };
}

/** Which request a response belongs to. */
function request(capture, random) {
  const response = random.pick(responsesIn(capture));
  if (!response) return null;
  const own = capture.byId.get(response.answers);
  const others = capture.exchanges.filter((each) => each.kind === "request" && each.wire === own.wire && each !== own);
  if (others.length < 2) return null;
  const near = others.sort((one, other) => Math.abs(one.at - own.at) - Math.abs(other.at - own.at)).slice(0, 6);
  const offered = [own, ...random.shuffled(near).slice(0, CHOICES - 1)].sort((one, other) => one.id - other.id);
  return {
    about: response,
    prompt: interpolate(gettext("This response reached the browser at %s, on connection %s. Which request does it belong to?"), [time(response.at), response.connection]),
    shown: { text: text(response) },
    input: "one",
    choices: offered.map((each) => ({ value: String(each.id), text: requestLine(each) })),
    right: [String(own.id)],
    because: gettext("HTTP/1.1 has no numbers for requests: a response belongs to the oldest request on its connection that has none yet."),
    standard: "RFC 9112 §9.3",
  };
}

function requestLine(each) {
  const line = text(each).split("\r\n")[0];
  return interpolate(gettext("%s, connection %s: %s"), [time(each.at), each.connection, line]);
}

/** Which parts of an exchange with a message are overhead. */
function overhead(capture, random) {
  const exchange = random.pick(carrying(capture).filter(({ parts }) => parts.length > 1 && parts.length < 14));
  if (!exchange) return null;
  const { parts } = exchange;
  const described = parts.map(({ name, bytes: [begin, end], value: content }, place) => ({
    value: String(place),
    text: `${name}: ${shortened(String(content))} (${interpolate(ngettext("%s byte", "%s bytes", end - begin), [end - begin])})`,
  }));
  return {
    about: exchange,
    prompt: gettext("Which of these parts are overhead, that is, hold nothing of the message?"),
    shown: parts.some(({ bits }) => bits) ? { bits: [] } : { text: text(exchange) },
    input: "several",
    choices: described,
    right: described.filter((_, place) => !CARRIERS.has(parts[place].name)).map((each) => each.value),
    because: gettext("Only the body, the data line or the payload holds the message; everything else is what the technique adds."),
  };
}

/** How many bytes a technique has added. */
function added(capture, random) {
  const exchange = random.pick(carrying(capture));
  if (!exchange) return null;
  const own = exchange.size - exchange.payload;
  const sizes = new Set(carrying(capture).map((each) => each.size - each.payload));
  const apart = [...sizes].filter((size) => Math.abs(size - own) > 3);
  const others = random.shuffled([...apart, own * 4 + 40, own + 300]).slice(0, CHOICES - 1);
  const offered = [...new Set([own, ...others])].sort((one, other) => one - other);
  return {
    about: exchange,
    prompt: gettext("How many of its bytes are no message, but added by the technique?"),
    shown: exchange.parts.some(({ bits }) => bits) ? { bits: [] } : { text: text(exchange) },
    input: "one",
    choices: offered.map((size) => ({ value: String(size), text: String(size) })),
    right: [String(own)],
    because: interpolate(gettext("It has %s bytes, of which %s are the JSON of messages."), [exchange.size, exchange.payload]),
  };
}

/** Which technique sent it. */
function technique(capture, random, titles) {
  const wires = [...new Set(capture.exchanges.map(({ wire }) => wire))];
  const exchange = random.pick(carrying(capture));
  if (!exchange || wires.length < 2) return null;
  return {
    about: exchange,
    prompt: gettext("The server has sent this. By which technique?"),
    shown: exchange.parts.some(({ bits }) => bits) ? { bits: [] } : { text: text(exchange) },
    input: "one",
    choices: wires.map((wire) => ({ value: wire, text: titles[wire] ?? wire })),
    right: [exchange.wire],
    because: gettext("A frame begins with two bytes of header, an event with the lines id and data; a response has headers, and long polling's names a queue."),
  };
}

/** How long the server has held a request. */
function held(capture, random) {
  const pairs = responsesIn(capture)
    .map((response) => ({ response, asked: capture.byId.get(response.answers) }))
    .map((pair) => ({ ...pair, ms: heldMs(pair) }))
    .filter(({ ms }) => ms > 30);
  const pair = random.pick(pairs);
  if (!pair) return null;
  const { response, asked, ms } = pair;
  const left = [time(asked.at), rounded(asked.transit_ms)];
  const reached = [time(response.at), rounded(response.transit_ms)];
  const lines = [
    interpolate(gettext("The request left the browser at %s and was %s ms in the link."), left),
    interpolate(gettext("The response reached the browser at %s and was %s ms in the link."), reached),
  ];
  return {
    about: response,
    prompt: gettext("For how long did the server hold this request, in milliseconds?"),
    shown: { text: lines.join("\n") },
    input: "number",
    right: [String(Math.round(ms))],
    tolerance: 2,
    because: gettext("The time between leaving and arriving, without the two times in the link. For long polling this is the wait for a message, for short polling almost nothing."),
  };
}

function heldMs({ response, asked }) {
  return response.at - response.transit_ms - asked.at - asked.transit_ms;
}

/** What a browser would say when it reconnects. */
function lastEvent(capture, random) {
  const events = capture.exchanges.filter(({ kind, parts }) => kind === "event" && parts.some(({ name }) => name === "id"));
  const event = random.pick(events);
  if (!event) return null;
  const id = String(value(event, "id"));
  return {
    about: event,
    prompt: gettext("The connection breaks right after this event. Which Last-Event-ID does the browser send when it reconnects?"),
    shown: { pieces: text(event).replace(/(^|\n)id: ?\d+/, "$1id: \0").split("\0").flatMap((piece, place) => (place ? [null, piece] : [piece])) },
    input: "number",
    right: [id],
    because: gettext("The value of the newest event's field id, here the number of the message; its JSON names it, too."),
    standard: "HTML §9.2.4",
  };
}

const MAKERS = { mask, length, opcode, request, overhead, added, technique, held, lastEvent };

/** The exchanges that deliver messages. */
function carrying(capture) {
  const kinds = ["answer", "event", "frame"];
  const brought = capture.exchanges.filter(({ direction: way, payload }) => way === "down" && payload > 0);
  return brought.filter(({ kind }) => kinds.includes(kind));
}

/** The responses whose request is in the capture, too. */
function responsesIn(capture) {
  const responses = capture.exchanges.filter(({ kind }) => kind === "answer" || kind === "empty");
  return responses.filter(({ answers }) => capture.byId.has(answers));
}

/**
 * The questions of a quiz. @returns {Question[]}
 * @param {any} capture @param {string} seed @param {number} count @param {Record<string, string>} titles
 */
export function questionsOf(capture, seed, count, titles) {
  const random = new Random(`${capture.name} ${seed}`);
  const [asked, seen] = [[], new Set()];
  for (let round = 0; round < 4 && asked.length < count; round += 1) {
    for (const kind of random.shuffled(Object.keys(MAKERS))) {
      const question = MAKERS[kind](capture, random, titles);
      const key = `${kind} ${question?.about.id}`;
      if (!question || seen.has(key) || asked.length >= count) continue;
      seen.add(key);
      const { about } = question;
      asked.push({ ...question, kind, raw: raw(about), parts: about.parts, about: about.id });
    }
  }
  return asked;
}

/** Whether an answer, a list of values, is right. @param {Question} question @param {string[]} answer */
export function isRight({ input, right, tolerance = 0 }, answer) {
  if (input === "number") return answer[0] !== "" && Math.abs(Number(answer[0]) - Number(right[0])) <= tolerance;
  return answer.length === right.length && answer.every((each) => right.includes(each));
}

/** The right answer, or a given one, in words. @param {Question} question @param {string[]} answer */
export function inWords({ choices }, answer) {
  const words = answer.map((each) => choices?.find(({ value: of }) => of === each)?.text ?? each);
  return words.join("; ") || gettext("nothing");
}

function shortened(content) {
  return content.length > 60 ? `${content.slice(0, 60)} …` : content;
}

function rounded(ms) {
  return Math.round(ms * 10) / 10;
}
