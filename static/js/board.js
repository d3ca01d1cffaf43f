// What the page does with events: swaps what it shows, and on the board lets
// new rows in without moving what is under the hand.

import {byId, hold, parse, say, swap} from './dom.js';
import {link, off, stale} from './live.js';
import {localise} from './time.js';

/** @typedef {import('./live.js').Message} Message */

/** Rows that wait to be let in, by id. @type {Map<string, HTMLElement>} */
const waiting = new Map();
/** Rows not read aloud yet. @type {HTMLElement[]} */
const news = [];
/** @type {Message[]} */
const queue = [];
let drawing = false;

const list = () => byId('alerts');

/** A list is held while the pointer or the keyboard's focus is in it. */
function heldList() {
  const el = list();
  return !!el && (el.matches(':hover') || !!el.querySelector(':focus-visible'));
}

/** Filtered or paged, the server decides what belongs in the list. */
const narrowed = () => list()?.dataset.narrow !== undefined;

/** Draws what has come, a slice of a frame at a time. */
function draw() {
  drawing = false;
  const until = performance.now() + 8;
  hold(() => {
    for (let n = 0; queue.length && n < 24 && performance.now() < until; n++) handle(/** @type {Message} */ (queue.shift()));
    if (waiting.size && !heldList() && !narrowed()) let_in();
    head();
  });
  tell();
  if (stale()) off();
  if (queue.length) schedule();
}

function schedule() {
  if (drawing) return;
  drawing = true;
  if (document.hidden) setTimeout(draw, 50);
  else requestAnimationFrame(draw);
}

/**
 * A row of the board; the alert page's parts are called alert-state-7 and the like.
 * @param {string} id
 */
const isRow = (id) => /^alert-\d+$/.test(id);

/** @param {Message} m */
function handle(m) {
  for (const [id, html] of Object.entries(m.html ?? {})) {
    const now = parse(html);
    if (!now) continue;
    localise(now);
    const old = byId(id);
    if (old) {
      swap(old, now);
      if (isRow(id)) settle(now);
    } else if (isRow(id) && list()) arrive(id, now);
  }
  summary();
}

/** @param {HTMLElement} row */
const gone = (row) => row.dataset.s === 'RESOLVED' || row.dataset.s === 'SUPPRESSED';
/** @param {HTMLElement} row its severity in words */
const mark = (row) => (row.querySelector('.mk')?.getAttribute('aria-label') ?? 'new').split(':')[0].toLowerCase();

/**
 * @param {string} id
 * @param {HTMLElement} row
 */
function arrive(id, row) {
  if (gone(row)) return void waiting.delete(id);
  if (!waiting.has(id)) news.push(row);
  waiting.set(id, row);
}

/** Reads what arrived aloud, once however many came. */
function tell() {
  if (!news.length) return;
  const [first] = [...news].sort((a, b) => ((a.dataset.o ?? '') < (b.dataset.o ?? '') ? -1 : 1));
  const what = `${mark(first)}, ${first.querySelector('.t')?.textContent ?? ''}`;
  say(news.length === 1 ? `New alert: ${what}` : `${news.length} new alerts, the worst: ${what}`);
  news.length = 0;
}

/** A row that changed goes to its place, or out, once nobody holds the list. */
function settle(/** @type {HTMLElement} */ row) {
  if (heldList()) return;
  if (gone(row) && !narrowed()) row.remove();
  else place(row);
}

/** @param {HTMLElement} row put before the first row of a later order */
function place(row) {
  const order = row.dataset.o ?? '';
  const rows = /** @type {HTMLElement[]} */ ([...(list()?.children ?? [])]);
  const next = rows.find((r) => r !== row && (r.dataset.o ?? '') > order) ?? null;
  if (row.isConnected && row.nextElementSibling === next) return;
  list()?.insertBefore(row, next);
}

/** Shows every row that waits. */
function let_in() {
  if (narrowed() && waiting.size) return location.reload();
  for (const [id, row] of waiting) {
    const there = byId(id);
    if (there) swap(there, row);
    else {
      row.classList.add('fresh');
      place(row);
    }
  }
  waiting.clear();
  byId('alerts-none')?.remove();
  for (const row of /** @type {HTMLElement[]} */ ([...(list()?.children ?? [])])) if (gone(row) && !narrowed()) row.remove();
}

/** The head of the list is the "3 new" bar while rows wait, at one height. */
function head() {
  const bar = byId('alerts-new'), usual = byId('alerts-head');
  if (!bar || !usual) return;
  bar.hidden = waiting.size === 0;
  usual.hidden = waiting.size > 0;
  if (!waiting.size) return;
  /** @type {Record<string, number>} */
  const by = {};
  for (const row of waiting.values()) {
    const word = mark(row);
    by[word] = (by[word] ?? 0) + 1;
  }
  const b = bar.querySelector('b'), span = bar.querySelector('span');
  if (b) b.textContent = `${waiting.size} new`;
  if (span) span.textContent = `${Object.entries(by).map(([w, n]) => `${n} ${w}`).join(', ')}. Nothing moves until you show them.`;
}

/** @type {number | undefined} */
let asked;
/**
 * Verdict, tallies and health depend on all alerts a reader may see; they are
 * asked for once a burst is over, each browser at its own moment.
 */
function summary() {
  const url = byId('summary')?.dataset.url;
  if (!url) return;
  clearTimeout(asked);
  asked = setTimeout(async () => {
    try {
      const r = await fetch(url, {headers: {Accept: 'text/html'}, redirect: 'error', signal: AbortSignal.timeout(8000)});
      if (!r.ok) return;
      const box = parse(await r.text());
      if (box?.dataset.first !== byId('summary')?.dataset.first) return location.reload();
      hold(() => {
        for (const part of [...(box?.querySelectorAll('[data-part]') ?? [])]) {
          const old = byId(part.id);
          if (!old) continue;
          localise(part);
          swap(old, /** @type {HTMLElement} */ (part));
        }
        head(); // the part that came brings the usual head with it
      });
      if (stale()) off();
      const title = byId('board-verdict')?.dataset.title;
      if (title) document.title = title;
    } catch { /* the next event asks again; a dead link shows as such */ }
  }, 300 + Math.random() * 500);
}

/** How often what no event tells of, such as rows that come in, is asked for anew. */
const LOOK_EVERY = 60_000;

/** Listens to the link. */
export function start() {
  setInterval(() => {
    if (!document.hidden && !stale()) summary();
  }, LOOK_EVERY);
  link.addEventListener('message', (e) => {
    queue.push(/** @type {CustomEvent<Message>} */ (e).detail);
    schedule();
  });
  byId('alerts-new')?.addEventListener('click', () => {
    const first = waiting.keys().next().value;
    let_in();
    head();
    byId(first ?? '')?.querySelector('a')?.focus({preventScroll: true});
  });
  const el = list();
  const later = () => setTimeout(() => {
    if (heldList() || narrowed()) return;
    hold(let_in);
    head();
  }, 400);
  el?.addEventListener('pointerleave', later);
  el?.addEventListener('focusout', later);
}
