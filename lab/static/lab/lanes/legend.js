/** The legend of the lanes, drawn as the lanes are; it shows what is in view. */
import { SHAPES } from "../shared/byte-kinds.js";
import { element } from "../shared/dom.js";
import { Strokes } from "./strokes.js";

const STROKES = [
  ["request", "up"], ["publish", "up"], ["answer", "down"], ["empty", "down"], ["event", "down"], ["frame", "down"],
  ["heartbeat", "down"], ["ping", "down"], ["connect", "up"], ["disconnect", "up"], ["reset", "up"],
]; // prettier-ignore
const SPANS = ["held", "waits", "open", "away"];
const [WIDTH, HEIGHT] = [26, 26];

export class Legend {
  constructor(list) {
    this.list = list;
  }

  /** Draw all shapes. */
  draw(colours) {
    const { list } = this;
    list.replaceChildren();
    for (const [shape, direction] of STROKES) list.append(item(shape, drawStroke(shape, direction, colours)));
    for (const shape of SPANS) list.append(item(shape, element("i", shape)));
    this.items = [...list.children];
  }

  /** Show the shapes of a set alone. */
  show(shapes) {
    for (const line of this.items) line.hidden = !shapes.has(line.dataset.shape);
  }
}

function item(shape, sample) {
  const line = element("li", "");
  line.dataset.shape = shape;
  line.append(sample, element("span", "", SHAPES[shape]));
  return line;
}

function drawStroke(shape, direction, colours) {
  const canvas = document.createElement("canvas");
  canvas.width = WIDTH * devicePixelRatio;
  canvas.height = HEIGHT * devicePixelRatio;
  const context = canvas.getContext("2d");
  context.scale(devicePixelRatio, devicePixelRatio);
  const strokes = new Strokes(context, colours);
  const reset = shape === "reset";
  const stroke = { shape: reset ? "disconnect" : shape, direction, size: 300, grey: shape === "empty", reset };
  const [begin, end] = direction === "down" ? [1, HEIGHT - 2] : [HEIGHT - 2, 2];
  if (stroke.shape === "disconnect") strokes.add(stroke, 13, 19, 19, end);
  else strokes.add(stroke, 6, begin, 19, end);
  strokes.draw();
  return canvas;
}
