/** The page of a stage, or of two side by side: each is tried alone, and five messages go to all of them. */
import { clock } from "../clock.js";
import { StageTrial } from "./stage-trial.js";

const trials = await Promise.all([...document.querySelectorAll("[data-stage]")].map(StageTrial.of));
for (const { parts } of trials) parts.burst.onclick = () => trials.forEach((trial) => trial.burst());
document.querySelector("nav [aria-current]").scrollIntoView({ block: "nearest", inline: "center" });
clock.start();
for (const trial of trials) trial.start();

const beside = document.querySelector("[name=beside]");
if (beside) beside.onchange = () => beside.form.submit();
