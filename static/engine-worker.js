// The worker's entry: loads the engine's module. A failure is thrown where the page's `error` event can see it.
import init from "./engine.js";

init().catch((error) => setTimeout(() => { throw error; }));
