/** The questions of the scenes, and a twin of each, as the class is asked. */
import { SCENES } from "../lab/scenes/index.js";
import { TWINS } from "./twins.js";

const ISOLATES = /[\u2066-\u2069]/g;

/** Return {text, options, scene, twin} of each scene. @param {ParentNode} root - with the techniques */
export function sceneQuestions(root) {
  const techniques = [...root.querySelectorAll("template[data-technique]")].map(({ dataset }) => dataset);
  const panes = techniques.map(({ technique, title }) => ({ name: technique, title }));
  const board = { panes: new Map(panes.map((pane) => [pane.name, pane])) };
  return SCENES.map((scene) => {
    const of = scene.ofPanes?.(board) ?? panes;
    const titles = of.map(({ name, title }) => [name, title]);
    const options = Object.fromEntries([...titles, ...Object.entries(scene.options ?? {})]);
    const text = scene.question(board).replace(ISOLATES, "");
    return { title: scene.title, text, options, scene: scene.name, twin: twin(TWINS[scene.name]) };
  });
}

function twin(fields) {
  return fields && { text: fields.text, options: fields.options, right: [fields.options[fields.right]] };
}
