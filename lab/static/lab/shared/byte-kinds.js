/** The words for what passes, and for what its bytes are for. */
import { element, list, number } from "./format.js";

const clock = new Intl.DateTimeFormat(document.documentElement.lang, {
  hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3, hourCycle: "h23",
}); // prettier-ignore

export const SHAPES = {
  connect: gettext("connection opens"),
  handshake: gettext("handshake"),
  request: gettext("request"),
  publish: gettext("publish"),
  held: gettext("held by the server"),
  waits: gettext("message waits"),
  open: gettext("open for pushes"),
  answer: gettext("answer with messages"),
  empty: gettext("empty answer"),
  plain: gettext("acknowledgement"),
  stream: gettext("stream begins"),
  event: gettext("event"),
  frame: gettext("frame"),
  ping: gettext("ping"),
  pong: gettext("pong"),
  comment: gettext("comment: still there"),
  heartbeat: gettext("heartbeat: still there"),
  close: gettext("close"),
  disconnect: gettext("connection ends"),
  reset: gettext("by RST"),
  away: gettext("away"),
  other: gettext("other bytes"),
};

export const BYTES = {
  payload: gettext("payload"),
  framing: gettext("framing"),
  headers: gettext("headers"),
  handshake: gettext("handshake"),
  idle: gettext("idle"),
  other: gettext("other"),
};

/** "↑ request · 412 bytes · message 17". */
export function sentence({ direction, shape, size, messages }) {
  const parts = [`${direction === "up" ? "↑" : "↓"} ${SHAPES[shape] ?? shape}`];
  if (size) parts.push(interpolate(ngettext("%s byte", "%s bytes", size), [number(size)]));
  const ids = (messages ?? []).filter((id) => typeof id === "number");
  const named = ids.length > 3 ? `${ids[0]} – ${ids.at(-1)}` : list(ids);
  if (named) parts.push(interpolate(gettext("message %s"), [named]));
  return parts.join(" · ");
}

/** The time of day to the millisecond. */
export const time = (ms) => clock.format(ms);

/** Bytes for people: 812 B, 12.3 kB. */
export function bytes(count) {
  if (count < 1_000) return `${number(Math.round(count))} B`;
  const [unit, size] = count < 1e6 ? ["kB", 1e3] : count < 1e9 ? ["MB", 1e6] : ["GB", 1e9];
  return `${(count / size).toFixed(count / size < 100 ? 1 : 0)} ${unit}`;
}

/** A button with a class and a text. */
export function button(className, text, onclick) {
  const made = element("button", className, text);
  Object.assign(made, { type: "button", onclick });
  return made;
}
