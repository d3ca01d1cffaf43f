// Entry of every signed-in page. Each part works alone; a page works without
// any of them.
import {start as time} from './time.js';
import {start as live} from './live.js';
import {start as board} from './board.js';
import {start as ack} from './ack.js';
import {start as select} from './select.js';
import {start as keys} from './keys.js';
import {start as alarm} from './alarm.js';
import {byId, worker} from './dom.js';

time();
board();
ack();
select();
live();
keys();
alarm();

// What is not needed at first is fetched when it is.
if (document.querySelector('[data-load]')) import('./fetch.js').then((m) => m.start());
if (byId('presence')) import('./presence.js').then((m) => m.start());
/** @param {Event} e */
const find = (e) => {
  e.preventDefault();
  import('./palette.js').then((m) => m.toggle(), () => location.assign('/search'));
};
addEventListener('keydown', (e) => e.key.toLowerCase() === 'k' && (e.ctrlKey || e.metaKey) && !e.altKey && !e.shiftKey && find(e));
byId('find')?.addEventListener('click', (e) => e.ctrlKey || e.metaKey || e.shiftKey || find(e));

// A list is narrowed while one types; without a script the form does it.
document.querySelector('[data-narrow]')?.addEventListener('input', (e) => {
  const words = /** @type {HTMLInputElement} */ (e.target).value.toLowerCase().split(/\s+/);
  for (const row of document.querySelectorAll('main tbody tr')) {
    const text = (row.textContent ?? '').toLowerCase();
    row.toggleAttribute('hidden', !words.every((w) => text.includes(w)));
  }
});

// An open menu or explanation closes on Escape and on a click elsewhere.
/** @param {(d: Element) => boolean} which */
const shut = (which) => document.querySelectorAll(':is(.who, .pop, .hint)[open]').forEach((d) => which(d) && d.removeAttribute('open'));
addEventListener('keydown', (e) => e.key === 'Escape' && shut(() => true));
addEventListener('click', (e) => shut((d) => !(e.target instanceof Node && d.contains(e.target))));

// Without a connection the worker says so, and shows nothing old.
addEventListener('load', () => navigator.serviceWorker?.register(worker()).catch(() => {}));
