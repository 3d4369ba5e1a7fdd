/** What is written onto a lane: deliveries with their latencies, and what was done to the wire. */
import { duration } from "../shared/format.js";

const HIGH = 17; // px of a line of text
const APART = 9; // px between a mark and its words
const LONG = 400; // px that words may reach out to the right
const SHORT = 100; // px that a latency may

/** Of each message in view: published there, waited so long, delivered here. */
export function deliveries(picture) {
  const { context, colours, height, track, from, to, scale } = picture;
  context.font = picture.lane.font;
  context.textBaseline = "bottom";
  for (const [id, { sent, published, at, ms, written }] of track.said) {
    if (at < from - SHORT / scale || sent > to) continue;
    context.fillStyle = colours.ink;
    wait(picture, published, track.carriers.get(id), written);
    const [left, right] = [picture.x(sent), picture.x(at)];
    context.fillRect(left, height - 4, Math.max(2, right - left), 4);
    if (!written) continue;
    for (let y = 0; y < height; y += 9) context.fillRect(Math.round(left), y, 1, 5); // setLineDash costs far more
    write(picture, duration(ms), right + APART, height - 2 * APART - 8, colours.ink);
  }
}

/** The message lies at the server until something leaves that takes it along. */
function wait(picture, published, carrier, written) {
  if (!carrier) return;
  const { context } = picture;
  const [left, right] = [picture.x(published), picture.x(carrier.from)];
  if (right - left < 3) return;
  const y = picture.y("up");
  context.fillRect(left, y - 3, right - left, 6);
  if (!written) return;
  context.beginPath();
  context.arc(left, y, 5, 0, 7);
  context.fill();
}

/** Faults, new links, and panes that came back. */
export function notes(picture) {
  const { context, colours, height, track, from, to, scale } = picture;
  context.font = picture.lane.font;
  context.textBaseline = "bottom";
  for (const { at, text } of track.marks) {
    if (at < from - LONG / scale || at > to) continue;
    const x = picture.x(at);
    context.fillStyle = colours.wrong;
    context.fillRect(x, 0, 2, height);
    write(picture, text, x + 2, picture.y("up") + 1, colours.wrong);
  }
}

function write({ context, colours }, text, x, y, colour) {
  context.fillStyle = colours.paper;
  context.fillRect(x, y, context.measureText(text).width + 6, HIGH);
  context.fillStyle = colour;
  context.fillText(text, x + 3, y + HIGH);
}
