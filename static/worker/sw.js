// The service worker. Where a page cannot be had, it says so; and it leads from
// a notification to its page. No page, no answer and no tenant's data is ever kept; what is kept is
// the page that says "offline", its style and its script, of this build alone.

/** @type {ServiceWorkerGlobalScope} */
const worker = /** @type {any} */ (self);

/** The build, put here by the server. */
const BUILD = '{{build}}';
/** What the offline page is made of. */
const PARTS = ['/offline', '{{css}}', '{{js}}', '{{icon}}'];

worker.addEventListener('install', (e) => {
  e.waitUntil(caches.open(BUILD).then((c) => c.addAll(PARTS)).then(() => worker.skipWaiting()));
});

worker.addEventListener('activate', (e) => {
  const old = async () => Promise.all((await caches.keys()).filter((k) => k !== BUILD).map((k) => caches.delete(k)));
  e.waitUntil(old().then(() => worker.clients.claim()));
});

worker.addEventListener('fetch', (e) => {
  const part = PARTS.indexOf(new URL(e.request.url).pathname);
  if (e.request.mode === 'navigate') {
    e.respondWith(fetch(e.request).catch(async () => (await caches.match('/offline')) ?? Response.error()));
  } else if (part > 0) {
    e.respondWith(fetch(e.request).catch(async () => (await caches.match(PARTS[part])) ?? Response.error()));
  }
});

worker.addEventListener('notificationclick', (e) => {
  e.notification.close();
  if (e.notification.data) e.waitUntil(worker.clients.openWindow(e.notification.data));
});
