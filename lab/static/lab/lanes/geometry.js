/** Geometry and patterns for canvases. */

/** The distance of a point from the line between two others. */
export function distance(x, y, x0, y0, x1, y1) {
  const [dx, dy] = [x1 - x0, y1 - y0];
  const along = Math.max(0, Math.min(1, ((x - x0) * dx + (y - y0) * dy) / (dx * dx + dy * dy || 1)));
  return Math.hypot(x - x0 - along * dx, y - y0 - along * dy);
}

/** Give a canvas the screen's resolution, and let its context draw in units of `zoom` CSS pixels. */
export function fitToScreen(canvas, context, zoom = 1) {
  canvas.width = canvas.clientWidth * devicePixelRatio;
  canvas.height = canvas.clientHeight * devicePixelRatio;
  context.scale(devicePixelRatio * zoom, devicePixelRatio * zoom);
}

export const HATCHING = 8; // px after which the pattern repeats

/** A pattern of diagonal lines. */
export function hatching(context, colour, alpha) {
  const tile = document.createElement("canvas");
  tile.width = tile.height = HATCHING;
  const pen = tile.getContext("2d");
  pen.strokeStyle = colour;
  pen.globalAlpha = alpha;
  pen.lineWidth = 2;
  for (const shift of [-HATCHING, 0, HATCHING]) {
    pen.moveTo(shift - 1, 9);
    pen.lineTo(shift + 9, -1);
  }
  pen.stroke();
  return context.createPattern(tile, "repeat");
}
