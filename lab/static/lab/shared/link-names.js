/** Names of links and faults in the page's language. */
/** @type {Record<string, string>} */
const FAULTS = {
  cut: gettext("cut (FIN)"),
  reset: gettext("cut (RST)"),
  freeze: gettext("frozen"),
  refuse: gettext("refusing"),
  trickle: gettext("trickling"),
  cut_every: gettext("cut again and again"),
};
/** @type {Record<string, string>} */
const PROFILES = { local: gettext("local"), satellite: gettext("satellite"), "the classroom": gettext("the classroom") };

/** @param {string} name */
export const profileTitle = (name) => PROFILES[name] ?? name;

/** The fault of a wire's state; "" if there is none. @param {{fault: string}} state */
export const faultTitle = ({ fault }) => (fault === "none" ? "" : (FAULTS[fault] ?? fault));
