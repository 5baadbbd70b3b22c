// The worker's entry: starts the engine's module, which the page has compiled and sends as the first message. A failure is
// thrown where the page's `error` event can see it.
import init from "./engine.js";

addEventListener("message", ({ data }) => {
  init({ module_or_path: data }).catch((error) => setTimeout(() => { throw error; }));
}, { once: true });
