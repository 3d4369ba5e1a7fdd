// What a selector finds is in the templates, and the detail of an event where it is dispatched: no types for these.
interface ParentNode {
  querySelector(selectors: string): any;
  querySelectorAll(selectors: string): NodeListOf<any>;
}
interface EventTarget {
  addEventListener(type: string, listener: (event: any) => void, options?: AddEventListenerOptions): void;
}
