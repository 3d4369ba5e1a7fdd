/** The legend of the lanes, drawn with the lanes' own ink. */
import { Ink } from "./strokes.js";
import { SHAPES } from "../shared/byte-kinds.js";
import { element } from "../shared/format.js";

const SAMPLES = [
  ["request", "up"], ["publish", "up"], ["answer", "down"], ["empty", "down"], ["event", "down"], ["frame", "down"],
  ["heartbeat", "down"], ["ping", "down"], ["connect", "up"], ["disconnect", "up"], ["reset", "up"],
]; // prettier-ignore
const [WIDE, HIGH] = [26, 26];

export function legend(list, colours) {
  for (const [shape, direction] of SAMPLES) {
    const canvas = document.createElement("canvas");
    canvas.width = WIDE * devicePixelRatio;
    canvas.height = HIGH * devicePixelRatio;
    const context = canvas.getContext("2d");
    context.scale(devicePixelRatio, devicePixelRatio);
    const ink = new Ink(context, colours);
    const [top, bottom] = direction === "down" ? [1, HIGH - 2] : [HIGH - 2, 2];
    const flat = shape === "disconnect" || shape === "reset";
    const drawn = { shape: flat ? "disconnect" : shape, direction, size: 300, grey: shape === "empty", reset: shape === "reset" };
    ink.stroke(drawn, flat ? 13 : 6, flat ? 19 : top, 19, bottom);
    ink.flush();
    const line = element("li", "");
    line.append(canvas, element("span", "", SHAPES[shape]));
    list.append(line);
  }
  for (const shape of ["held", "waits", "open", "away"]) {
    const line = element("li", "");
    line.append(element("i", shape), element("span", "", SHAPES[shape]));
    list.append(line);
  }
}
