{% load static %}// Keeps a technician's day for when there is no connection: the page as it was last seen, and its parts.
const PARTS = [{% for asset in assets %}"{{ asset|escapejs }}"{% if not forloop.last %}, {% endif %}{% endfor %}];
const KEPT = "my-day";
const PAGE = "/my-day";
const PATIENCE_MS = 4000;

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(KEPT).then((kept) => kept.addAll(PARTS)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(forgetOldParts().then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const path = new URL(event.request.url).pathname;
  if (event.request.method !== "GET") return;
  if (path === PAGE) event.respondWith(page(event.request));
  else if (PARTS.includes(path)) event.respondWith(part(event.request));
});

async function forgetOldParts() {
  const kept = await caches.open(KEPT);
  for (const request of await kept.keys()) {
    const path = new URL(request.url).pathname;
    if (path !== PAGE && !PARTS.includes(path)) await kept.delete(request);
  }
}

/** From the net while it answers in time; else as it was last seen: of this day, or of the day seen last. */
async function page(request) {
  const kept = await caches.open(KEPT);
  try {
    const answer = await fetch(request, { signal: AbortSignal.timeout(PATIENCE_MS) });
    if (answer.ok && !answer.redirected) {
      await kept.put(request, answer.clone());
      await kept.put(PAGE, answer.clone());
    }
    return answer;
  } catch (error) {
    const seen = (await kept.match(request)) ?? (await kept.match(PAGE));
    if (seen) return seen;
    throw error;
  }
}

/** Parts have new addresses when they change; while developing they do not, and the net comes first. */
async function part(request) {
  try {
    const answer = await fetch(request, { signal: AbortSignal.timeout(PATIENCE_MS) });
    if (answer.ok) await (await caches.open(KEPT)).put(request, answer.clone());
    return answer;
  } catch (error) {
    const seen = await caches.match(request);
    if (seen) return seen;
    throw error;
  }
}
