/** What is written onto a lane: deliveries with their latencies, and what was done to the wire. */
import { duration } from "./words.js";

const HIGH = 17; // px of a line of text
const APART = 9; // px between a mark and its words

/** Of each message in view: published there, waited so long, delivered here. */
export function deliveries(lane, view) {
  const { context, colours, height } = lane;
  context.font = lane.font;
  context.textBaseline = "bottom";
  for (const { sent, published, at, ms, id } of lane.said) {
    if (at < view.from || sent > view.to) continue;
    context.fillStyle = colours.ink;
    wait(lane, published, lane.track.carriers.get(id), view);
    const [left, right] = [lane.x(sent, view), lane.x(at, view)];
    context.fillRect(left, height - 4, Math.max(2, right - left), 4);
    if (view.crowded) continue;
    for (let y = 0; y < height; y += 9) context.fillRect(Math.round(left), y, 1, 5); // setLineDash costs far more
    write(lane, duration(ms), right + APART, height - 2 * APART - 8, colours.ink);
  }
}

/** The message lies at the server until something leaves that takes it along. */
function wait(lane, published, carrier, view) {
  if (!carrier) return;
  const [left, right] = [lane.x(published, view), lane.x(carrier.from, view)];
  if (right - left < 3) return;
  const y = lane.y("up");
  lane.context.fillRect(left, y - 3, right - left, 6);
  if (view.crowded) return;
  lane.context.beginPath();
  lane.context.arc(left, y, 5, 0, 7);
  lane.context.fill();
}

/** Faults, new links, and panes that came back. */
export function notes(lane, view) {
  const { context, colours, height } = lane;
  context.font = lane.font;
  context.textBaseline = "bottom";
  for (const { at, text } of lane.track.marks) {
    if (at < view.from - (view.to - view.from) || at > view.to) continue;
    const x = lane.x(at, view);
    context.fillStyle = colours.wrong;
    context.fillRect(x, 0, 2, height);
    write(lane, text, x + 2, lane.y("up") + 1, colours.wrong);
  }
}

function write({ context, colours }, text, x, y, colour) {
  context.fillStyle = colours.paper;
  context.fillRect(x, y, context.measureText(text).width + 6, HIGH);
  context.fillStyle = colour;
  context.fillText(text, x + 3, y + HIGH);
}
