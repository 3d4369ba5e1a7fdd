/** The event stream of the wires' control, heard again whenever it broke off. */
const AGAIN = 1_000; // ms before a control that is away is asked again
const KINDS = ["state", "exchanges"];

/** Call tell("state" or "exchanges", text) and tell("away") from now on; returns what ends it. */
export function hear(address, tell) {
  let source, again;
  function open() {
    source = new EventSource(address);
    for (const kind of KINDS) source.addEventListener(kind, ({ data }) => tell(kind, data));
    source.onerror = () => {
      source.close();
      tell("away");
      again = setTimeout(open, AGAIN);
    };
  }
  open();
  return () => {
    clearTimeout(again);
    source.close();
  };
}

/** The same, by one stream for all the boards of a browser, where it has workers that pages share. */
export function share(address, tell) {
  if (!globalThis.SharedWorker) return hear(address, tell);
  const worker = new SharedWorker(new URL("./wire-events-worker.js", import.meta.url), { type: "module" });
  let end = () => worker.port.postMessage({ what: "leave", address });
  worker.onerror = () => (end = hear(address, tell)); // it does not load here
  worker.port.onmessage = ({ data: { kind, text } }) => tell(kind, text);
  worker.port.postMessage({ what: "join", address });
  return () => end();
}
