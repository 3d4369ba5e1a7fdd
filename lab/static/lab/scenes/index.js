/**
 * The scenes, in the order of a lesson. Each has its `name`, `title` and `seconds`, an `introduction` and a `question`,
 * its actions (`prepare`, `act`; `drain`: seconds, at most, until everything is delivered), the `columns` of its
 * results, and which of them the bars show if not the first (`bar`), the parameters of the `model` if that applies,
 * `winners(measured, run)`, the names of the right answers, and `why(measured, run, winners)`, whose first sentence
 * stands beside the lanes; `live(run)` is an element that is drawn while it runs; `naive` is the method of a technique whose first stage loses messages there.
 */
import busy from "./busy.js";
import far from "./far.js";
import idle from "./idle.js";
import one from "./one.js";
import phase from "./phase.js";
import restart from "./restart.js";
import seventh from "./seventh.js";
import slow from "./slow.js";
import tunnel from "./tunnel.js";

export const SCENES = [idle, one, busy, far, tunnel, restart, seventh, slow, phase];
