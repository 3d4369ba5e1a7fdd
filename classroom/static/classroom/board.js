/**
 * Brings the class onto the board. When a scene has ended, the board dispatches "scene-results" on the document, with
 * the detail {scene, winners, parent}: the scene's name, the names of the right options, and the element with the
 * results. If the class was asked about this scene, its votes are opened, and stand in the parent as bars.
 */
import { element } from "../lab/shared/dom.js";
import { distributions } from "./distributions.js";
import { post } from "./live.js";

const sheet = document.createElement("link");
sheet.rel = "stylesheet";
sheet.href = new URL("distributions.css", import.meta.url).href;
document.head.append(sheet);

document.addEventListener("scene-results", async (/** @type {any} */ { detail: { scene, winners, parent } }) => {
  const round = await post("/class/settle.json", { scene, right: winners }).catch(() => null);
  if (!round) return; // the class was asked something else, or this is not the teacher's browser
  const box = element("section", "class-votes");
  const title = round.second.some(Boolean)
    ? gettext("The class: first vote above, second below")
    : gettext("What the class predicted");
  box.append(element("h3", "", title), distributions(round));
  parent.append(box);
});
