/** Bytes, rates and shares for people. */
const language = document.documentElement.lang;
const PREFIXES = ["", "k", "M", "G", "T", "P", "E"];

/** Three digits, with what stands before the unit: 1234 → ["1.23", "k"]. */
function scaled(value) {
  const step = Math.min(PREFIXES.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, Math.abs(value))) / 3)));
  return [digits(value / 1_000 ** step), PREFIXES[step]];
}

/** A number of three significant digits. */
export function digits(value) {
  const size = Math.abs(value);
  const places = size >= 100 || Number.isInteger(value) ? 0 : size >= 10 ? 1 : 2;
  return new Intl.NumberFormat(language, { maximumFractionDigits: places }).format(value);
}

const unit = (name) => (value) => {
  if (value === null || Number.isNaN(value)) return "–";
  const [figure, prefix] = scaled(value);
  return `${figure} ${prefix}${name}`;
};
export const bytes = unit("B");
export const bits = unit("bit/s");

/** So many a second. */
export function perSecond(value) {
  const [figure, prefix] = scaled(value);
  return interpolate(gettext("%s/s"), [figure + (prefix && ` ${prefix}`)]);
}
