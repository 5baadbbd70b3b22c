// Keeps the whole application for use without a network. The build fills in the list of files.
//
// Files are named by their content, so a stored one is never stale; only the page itself is asked for anew, and the
// stored one is used when the network does not answer soon. A new version is stored beside the old one and takes over
// when the last page of the old one is closed: nothing changes under an open trace.
const FILES = [/* filled in by the build */];
const VERSION = "/* filled in by the build */";

const PREFIX = `cowscope ${registration.scope} `;
const CACHE = PREFIX + VERSION;
const PAGE = "index.html";
const PATIENCE_MS = 3000;

addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(FILES.map((file) => new Request(file, { cache: "no-cache" })))));
});

addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    const old = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== CACHE);
    await Promise.all(old.map((name) => caches.delete(name)));
    await clients.claim();
  })());
});

addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || !request.url.startsWith(registration.scope)) return;
  event.respondWith(request.mode === "navigate" ? page(request) : file(request));
});

async function file(request) {
  const cache = await caches.open(CACHE);
  return (await cache.match(request)) ?? fetch(request);
}

async function page(request) {
  const stored = await (await caches.open(CACHE)).match(PAGE);
  const asked = fetch(request);
  if (!stored) return asked;
  const patience = new Promise((done) => setTimeout(done, PATIENCE_MS));
  const answer = await Promise.race([asked, patience]).catch(() => undefined);
  return answer?.ok ? answer : stored;
}
