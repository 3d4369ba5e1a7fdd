/** The scenes, in the order of a lesson. */
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
