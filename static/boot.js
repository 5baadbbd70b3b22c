// Starts the interface, and keeps a copy of everything for the next visit without a network.
import init from "./ui.js";

// The engine is compiled once, for all its workers; the interface hands it to each.
const compiled = async () => {
  const answer = await fetch("./engine_bg.wasm");
  if (!answer.ok) throw new Error(`the engine: ${answer.status}`);
  const streams = answer.headers.get("content-type") === "application/wasm";
  return streams ? WebAssembly.compileStreaming(answer) : WebAssembly.compile(await answer.arrayBuffer());
};
globalThis.cowscopeEngine = compiled();
globalThis.cowscopeEngine.catch(() => {}); // whoever waits for it hears of it

// The editor is loaded when it is opened.
addEventListener("cowscope-editor", () => import("./editor.js"));

init().catch((error) => {
  const note = document.createElement("p");
  note.setAttribute("role", "alert");
  note.textContent = `Cowscope could not start: ${error}. It needs a browser of 2023 or later.`;
  document.getElementById("app").replaceChildren(note);
  throw error;
});

if ("serviceWorker" in navigator) {
  navigator.serviceWorker.register("sw.js").then((registration) => {
    registration.addEventListener("updatefound", () => {
      const fresh = registration.installing;
      fresh.addEventListener("statechange", () => {
        // A page that is open keeps its version; the interface may say that a reload brings the new one.
        if (fresh.state === "installed" && navigator.serviceWorker.controller) {
          dispatchEvent(new Event("cowscope-update"));
        }
      });
    });
  }, (error) => console.warn("no offline copy:", error));
}
