/**
 * The votes of a round as bars: for each option the first vote and the second, and which options are right.
 *
 * The board can put this element beside a measurement: `distributions(round)` takes the `round` of a state, once its
 * votes are open.
 */
import { element } from "../lab/shared/dom.js";
import { number } from "../lab/shared/format.js";

const WIDTH = 100; // of a bar's drawing, its longest bar
const FEW = 4; // options, below each other on the wall
const SVG = "http://www.w3.org/2000/svg";

/** `round`: {text, options: [{key, text}], first: [votes], second: [votes], right: [keys]}. */
export function distributions({ options, first, second, right }) {
  const longest = Math.max(1, ...shares(first), ...shares(second));
  const votes = [[gettext("first vote"), first], [gettext("second vote"), second]].filter(([, counts]) => sum(counts));
  const box = element("div", options.length > FEW ? "distributions many" : "distributions");
  if (!votes.length) box.append(element("p", "hint", gettext("Nobody has voted.")));
  for (const [index, { key, text }] of options.entries()) {
    if (!votes.length) break;
    const one = element("div", "distribution");
    one.dataset.technique = key;
    const title = element("p", "option-text", text);
    title.dir = "auto";
    if (right.includes(key)) {
      one.classList.add("right");
      title.append(" ", element("span", "tick", gettext("✓ right")));
    }
    one.append(title, ...votes.map(([name, counts], place) => bar(name, counts, index, longest, place)));
    box.append(one);
  }
  return box;
}

function bar(name, counts, index, longest, place) {
  const line = element("p", `ballot ballot-${place + 1}`);
  const drawing = document.createElementNS(SVG, "svg");
  drawing.setAttribute("viewBox", `0 0 ${WIDTH} 1`);
  drawing.setAttribute("preserveAspectRatio", "none");
  drawing.setAttribute("aria-hidden", "true");
  const rect = document.createElementNS(SVG, "rect");
  rect.setAttribute("width", String((WIDTH * counts[index]) / sum(counts) / longest));
  rect.setAttribute("height", "1");
  drawing.append(rect);
  const share = Math.round((100 * counts[index]) / sum(counts));
  const text = interpolate(gettext("%s (%s %)"), [number(counts[index]), number(share)]);
  line.append(element("span", "name", name), drawing, element("b", "votes", text));
  return line;
}

const sum = (counts) => counts.reduce((total, each) => total + each, 0);
const shares = (counts) => counts.map((count) => (sum(counts) ? count / sum(counts) : 0));
