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
if (document.querySelector('[data-copy]')) import('./copy.js').then((m) => m.start());
if (byId('presence')) import('./presence.js').then((m) => m.start());
/** @param {Event} e */
const find = (e) => {
  e.preventDefault();
  import('./palette.js').then((m) => m.toggle(), () => location.assign('/search'));
};
addEventListener('keydown', (e) => e.key.toLowerCase() === 'k' && (e.ctrlKey || e.metaKey) && !e.altKey && !e.shiftKey && find(e));
byId('find')?.addEventListener('click', (e) => e.ctrlKey || e.metaKey || e.shiftKey || find(e));

addEventListener('click', (e) => e.target instanceof Element && e.target.closest('[data-print]') && print());

// A list is narrowed while one types; without a script the form does it.
document.querySelector('[data-narrow]')?.addEventListener('input', (e) => {
  const words = /** @type {HTMLInputElement} */ (e.target).value.toLowerCase().split(/\s+/);
  for (const row of document.querySelectorAll('main tbody tr')) {
    const text = (row.textContent ?? '').toLowerCase();
    row.toggleAttribute('hidden', !words.every((w) => text.includes(w)));
  }
});

// An open menu or explanation closes on a click elsewhere and on Escape, which
// then does nothing else. The focus that was in it goes to what opens it.
const OPEN = ':is(.who, .pop, .hint, .drop)[open]';
addEventListener('keydown', (e) => {
  const open = /** @type {NodeListOf<HTMLDetailsElement>} */ (document.querySelectorAll(OPEN));
  if (e.key !== 'Escape' || !open.length || document.querySelector('dialog[open]')) return;
  e.preventDefault();
  for (const d of open) {
    const inside = d.contains(document.activeElement);
    d.open = false;
    if (inside) d.querySelector('summary')?.focus();
  }
}, true);
addEventListener('click', (e) => {
  for (const d of document.querySelectorAll(`${OPEN}:not(.sel .drop)`)) if (!(e.target instanceof Node && d.contains(e.target))) d.removeAttribute('open');
});

// Without a connection the worker says so, and shows nothing old.
addEventListener('load', () => navigator.serviceWorker?.register(worker()).catch(() => {}));
