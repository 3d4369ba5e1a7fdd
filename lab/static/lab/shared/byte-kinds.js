/** Names of the exchanges on a wire, of their parts, and of the kinds of bytes. */
import { list, number } from "./format.js";

export const ARROWS = { up: "↑", down: "↓" };

/** @type {Record<string, string>} */
export const SHAPES = {
  connect: gettext("connection opens"),
  handshake: gettext("handshake"),
  request: gettext("request"),
  publish: gettext("publish"),
  held: gettext("held by the server"),
  waits: gettext("message waits"),
  open: gettext("open for pushes"),
  answer: gettext("response with messages"),
  empty: gettext("empty response"),
  plain: gettext("acknowledgement"),
  stream: gettext("stream begins"),
  event: gettext("event"),
  frame: gettext("frame"),
  ping: gettext("ping"),
  pong: gettext("pong"),
  comment: gettext("comment: still connected"),
  heartbeat: gettext("heartbeat: still connected"),
  close: gettext("close"),
  disconnect: gettext("connection ends"),
  reset: gettext("reset (RST)"),
  away: gettext("disconnected"),
  other: gettext("other bytes"),
};

/** @type {Record<string, string>} */
export const BYTES = {
  payload: gettext("payload"),
  framing: gettext("framing"),
  headers: gettext("headers"),
  handshake: gettext("handshake"),
  idle: gettext("idle"),
  other: gettext("other"),
};

/** Parts of an exchange that have no name on the wire. @type {Record<string, string>} */
export const PARTS = {
  "request line": gettext("request line"),
  "status line": gettext("status line"),
  "blank line": gettext("blank line"),
  "line end": gettext("line end"),
  "chunk size": gettext("chunk size"),
  "chunk end": gettext("chunk end"),
  body: gettext("body"),
  bytes: gettext("bytes"),
  comment: gettext("comment"),
  "byte order mark": gettext("byte order mark"),
  mask: gettext("mask"),
  length: gettext("length"),
  "extended length": gettext("extended length"),
  "masking key": gettext("masking key"),
  payload: gettext("payload"),
};

/**
 * "↑ request · 412 bytes · message 17".
 * @param {{direction: "up" | "down", shape: string, size: number, messages?: unknown[]}} stroke
 */
export function sentence({ direction, shape, size, messages = [] }) {
  const parts = [`${ARROWS[direction]} ${SHAPES[shape] ?? shape}`];
  if (size) parts.push(interpolate(ngettext("%s byte", "%s bytes", size), [number(size)]));
  const ids = messages.filter((id) => typeof id === "number").map(String);
  const named = ids.length > 3 ? `${ids[0]} – ${ids.at(-1)}` : list(ids);
  if (named) parts.push(interpolate(gettext("message %s"), [named]));
  return parts.join(" · ");
}
