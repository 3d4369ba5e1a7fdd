/** The system's theme, light or dark. Style sheets follow it by themselves; drawings must be drawn again. */
const dark = matchMedia("(prefers-color-scheme: dark)");

/** Call a function whenever the theme changes. @param {() => void} callback */
export function onThemeChange(callback) {
  dark.addEventListener("change", callback);
}
