/** The labels in a lane: deliveries with their latencies, and changes of links and faults. */
import { duration, number } from "../shared/format.js";
import { BUNDLE } from "./trace-store.js";

const LINE = 17; // px of a line of text
const APART = 9; // px between a mark and its text
const LONG = 400; // px that a text may take
const SHORT = 260; // px that the label of a delivery may take

/** Draw each message in view: where it was published, how long it waited, and where it was delivered. */
export function drawDeliveries(tile) {
  const { context, colours, height, trace, from, to, scale } = tile;
  context.font = tile.lane.font;
  context.textBaseline = "bottom";
  for (const [id, { sent, published, at, labelled }] of trace.deliveries) {
    if (at < from - SHORT / scale || sent > to) continue;
    const bundled = bundleOf(trace, id) > 0;
    context.fillStyle = colours.dark;
    drawWait(tile, published, trace.carriers.get(id), labelled && !bundled);
    const [left, right] = [tile.x(sent), tile.x(at)];
    context.fillRect(left, height - 4, Math.max(2, right - left), 4);
    if (!labelled) continue;
    if (!bundled) drawDashes(context, Math.round(left), height);
    write(tile, labelOf(trace, id), right + APART, height - 2 * APART - 8, colours.dark);
  }
}

/** The latency of a message; of many that came together, how many. */
export function labelOf(trace, id) {
  const count = bundleOf(trace, id);
  if (!count) return duration(trace.deliveries.get(id).ms);
  return interpolate(gettext("%s messages in 1 response"), [number(count)]);
}

/** The number of messages that came in one response with this one; 0 if they were few. */
function bundleOf(trace, id) {
  const { length } = trace.carriers.get(id)?.messages ?? [];
  return length >= BUNDLE ? length : 0;
}

/** A vertical line of dashes; setLineDash costs far more. */
function drawDashes(context, x, height) {
  for (let y = 0; y < height; y += 9) context.fillRect(x, y, 1, 5);
}

/** Draw how long a message waited at the server for the request or frame that delivered it. */
function drawWait(tile, published, carrier, labelled) {
  if (!carrier) return;
  const { context } = tile;
  const [left, right] = [tile.x(published), tile.x(carrier.from)];
  if (right - left < 3) return;
  const y = tile.y("up");
  context.fillRect(left, y - 3, right - left, 6);
  if (!labelled) return;
  context.beginPath();
  context.arc(left, y, 5, 0, 7);
  context.fill();
}

/** Draw the marks: faults, new links, and panes that reconnected. */
export function drawMarks(tile) {
  const { context, colours, height, trace, from, to, scale } = tile;
  context.font = tile.lane.font;
  context.textBaseline = "bottom";
  for (const { at, text, labelled } of trace.marks) {
    if (at < from - LONG / scale || at > to) continue;
    const x = tile.x(at);
    context.fillStyle = colours.wrong;
    context.fillRect(x, 0, 2, height);
    if (labelled) write(tile, text, x + 2, tile.y("up") + 1, colours.wrong);
  }
}

function write({ context, colours }, text, x, y, colour) {
  context.fillStyle = colours.background;
  context.fillRect(x, y, context.measureText(text).width + 6, LINE);
  context.fillStyle = colour;
  context.fillText(text, x + 3, y + LINE);
}
