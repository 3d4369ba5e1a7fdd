/* Says that a browser is too old for the pages. Any browser must be able to read this script: no module, ES5. */
(function () {
  var has = typeof Promise === "function" && typeof Promise.any === "function";
  has = has && "noModule" in document.createElement("script") && typeof Array.prototype.at === "function";
  has = has && typeof Object.hasOwn === "function" && typeof window.structuredClone === "function";
  has = has && typeof window.HTMLDialogElement === "function" && "throwIfAborted" in AbortSignal.prototype;
  if (!has) document.querySelector("[data-floor]").hidden = false;
})();
