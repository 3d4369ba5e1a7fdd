/**
 * The scenes, in the order of a lesson. Each has
 * - its `name`, `title` and `seconds`, an `introduction` and a `question`;
 * - its actions: `prepare`, `act`, and `drain`: seconds, at most, until everything is delivered;
 * - the `columns` of its results, and which of them the bars show, if not the first: `bar`;
 * - the parameters of the `model`, if that applies;
 * - `winners(measured, run)`: the names of the right answers;
 * - `why(measured, run, winners)`, whose first sentence stands beside the lanes;
 * - `live(run)`, if there is something to draw while it runs: an element;
 * - `naive`, if the first stage of a technique loses messages there: its method, as in `Run.methodOf`.
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
