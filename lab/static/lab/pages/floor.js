/* Tells the reader that the browser is too old. Every browser must be able to run this script: no module, ES5. */
(function () {
  var works = typeof Promise === "function" && typeof Promise.any === "function";
  works = works && "noModule" in document.createElement("script") && typeof Array.prototype.at === "function";
  works = works && typeof Object.hasOwn === "function" && typeof window.structuredClone === "function";
  works = works && typeof window.HTMLDialogElement === "function" && "throwIfAborted" in AbortSignal.prototype;
  if (!works) document.querySelector("[data-floor]").hidden = false;
})();
