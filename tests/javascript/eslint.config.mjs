import js from "@eslint/js";
import globals from "globals";

const django = { gettext: "readonly", ngettext: "readonly", interpolate: "readonly" };

export default [
  js.configs.recommended,
  {
    languageOptions: { ecmaVersion: 2022, sourceType: "module", globals: { ...globals.browser, ...django } },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      eqeqeq: ["error", "always", { null: "ignore" }],
      "max-len": ["error", { code: 120, ignoreStrings: true, ignoreTemplateLiterals: true }],
      "no-empty": ["error", { allowEmptyCatch: true }],
      "no-shadow": ["error", { hoist: "functions", allow: ["Client"] }],
      "no-undef-init": "error",
      "no-unused-vars": ["error", { args: "none" }],
      "no-useless-return": "error",
      "no-var": "error",
      "object-shorthand": "error",
      "prefer-const": "error",
      "prefer-template": "error",
    },
  },
  { files: ["**/floor.js"], languageOptions: { ecmaVersion: 5, sourceType: "script", globals: { Promise: "readonly" } }, rules: { "no-var": "off" } },
];
