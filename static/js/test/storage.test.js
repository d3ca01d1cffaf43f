import {test} from 'node:test';

await import('./page.js');

// A browser that blocks storage throws at the mere look at it.
for (const name of ['localStorage', 'sessionStorage']) {
  Object.defineProperty(globalThis, name, {configurable: true, get() { throw new DOMException('blocked', 'SecurityError'); }});
}
/** @type {Record<string, (e: any) => void>} */
const on = {};
globalThis.addEventListener = /** @type {any} */ ((/** @type {string} */ type, /** @type {(e: any) => void} */ f) => (on[type] = f));
const later = setTimeout;
// The tries to come back would go on for ever.
globalThis.setTimeout = /** @type {any} */ ((/** @type {() => void} */ f, /** @type {number} */ ms) => (ms < 1000 ? later(f, ms) : 0));
globalThis.setInterval = /** @type {any} */ (() => 0);
globalThis.location = /** @type {any} */ ({protocol: 'http:', host: 'localhost', href: 'http://localhost/', reload() {}});
document.documentElement.dataset.seq = '7';
document.documentElement.toggleAttribute ??= () => true;

/** @type {any} */
let opened;
globalThis.WebSocket = /** @type {any} */ (class extends EventTarget {
  readyState = 1;
  constructor() {
    super();
    opened = this;
  }
  close() {}
});

const {link, start} = await import('../live.js');

test('a browser that blocks storage goes live, and leaves', async () => {
  const live = new Promise((done) => link.addEventListener('state', done, {once: true}));
  start();
  opened.dispatchEvent(new Event('open'));
  await live;
  on.pagehide({persisted: false});
});

test('a browser that blocks storage has its session ended', async () => {
  const {link: other, start: begin} = await import('../live.js?again');
  const live = new Promise((done) => other.addEventListener('state', done, {once: true}));
  begin();
  opened.dispatchEvent(new Event('open'));
  await live;
  opened.dispatchEvent(Object.assign(new Event('close'), {code: 4401}));
  await new Promise((done) => setTimeout(done, 1)); // what a listener throws is said then
});
