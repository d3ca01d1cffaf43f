// What the page does with events: swaps what it shows, and on the board lets
// new rows in without moving what is under the hand.

import {retitle} from './alarm.js';
import {byId, hold, parse, parseAll, say, swap} from './dom.js';
import {glide, rest, start as watchHand, unsettled} from './glide.js';
import {link, off, stale} from './live.js';
import {before, summaryOf} from './order.js';
import {count, selecting} from './select.js';
import {t} from './text.js';
import {localise} from './time.js';

/** @typedef {import('./live.js').Message} Message */

/** Rows and groups that wait to be let in, by id. @type {Map<string, HTMLElement>} */
const waiting = new Map();
/** Rows not read aloud yet. @type {HTMLElement[]} */
const news = [];
/** @type {Message[]} */
const queue = [];
let drawing = false;

/** More rows than this the server pages better. */
const MOST = 500;
/** More new rows than this in one step are not marked one by one: their colours would be drawn anew at every frame. */
const FEW = 4;

const root = document.documentElement;
const list = () => byId('alerts');

/** Changes the page without losing the reader's place. @param {() => void} what */
const change = (what) => glide(() => hold(what));

/** A list is held while something is selected, or the pointer or the keyboard's focus is in it. */
function heldList() {
  const el = list();
  return !!el && (selecting() || el.matches(':hover') || !!el.querySelector(':focus-visible'));
}

/** Filtered or paged, the server decides what belongs in the list. */
const narrowed = () => list()?.dataset.narrow !== undefined;

/** A burst is drawn in steps of this length: each costs a layout of the list. */
const STEP = 120;
let drawn = 0;

/** Draws what has come, a slice of a frame at a time. */
function draw() {
  drawing = false;
  if (unsettled()) return schedule();
  drawn = performance.now();
  const until = performance.now() + 8;
  change(() => {
    for (let n = 0; queue.length && n < 12 && performance.now() < until; n++) handle(/** @type {Message} */ (queue.shift()));
    if (waiting.size && !heldList() && !narrowed()) let_in();
    head();
    count();
  });
  tell();
  if (stale()) off();
  if (queue.length) schedule();
}

function schedule() {
  if (drawing) return;
  drawing = true;
  const wait = STEP - (performance.now() - drawn);
  if (document.hidden || wait > 0) setTimeout(draw, document.hidden ? STEP : wait);
  else requestAnimationFrame(draw);
}

/** @param {Message} m */
function handle(m) {
  const parts = Object.entries(m.html ?? {}).map(([id, html]) => ({id, now: parse(html)}));
  parts.sort((a, b) => Number(b.now?.matches('.inc')) - Number(a.now?.matches('.inc'))); // a group comes before its rows
  for (const {id, now} of parts) {
    const old = byId(id);
    if (!now || parts.some((g) => g.now !== now && g.now?.querySelector(`#${id}`))) continue;
    localise(now);
    if (!now.matches('.al, .inc')) {
      if (old) swap(old, now);
      document.querySelector(`[data-while="${id}"]`)?.remove(); // what was said of the state before
    } else if (!list()) continue;
    else if (old && !(grows(old, now) && heldList())) {
      swap(old, now);
      waiting.delete(id);
      settle(now);
    } else arrive(id, now);
  }
  summary();
}

/** @param {Element} el its alerts */
const alerts = (el) => /** @type {HTMLElement[]} */ (el.matches('.al') ? [el] : [...el.querySelectorAll('.al')]);

/** Whether a group would take up more room. @param {HTMLElement} old @param {HTMLElement} now */
const grows = (old, now) => alerts(now).length > alerts(old).length;

const over = ['RESOLVED', 'SUPPRESSED'];
/** @param {HTMLElement} row whether nothing of it waits for anybody */
const gone = (row) => alerts(row).every((a) => over.includes(a.dataset.s ?? ''));
/** @param {HTMLElement} row its severity in words */
const mark = (row) => (row.querySelector('.mk')?.getAttribute('aria-label') ?? t('new')).split(':')[0].toLowerCase();

/**
 * @param {string} id
 * @param {HTMLElement} row
 */
function arrive(id, row) {
  if (gone(row)) return void waiting.delete(id);
  if (!waiting.has(id)) news.push(row);
  for (const a of alerts(row)) if (a !== row) waiting.delete(a.id);
  waiting.set(id, row);
}

/** Reads what arrived aloud, once however many came. */
function tell() {
  if (!news.length) return;
  const [first] = [...news].sort((a, b) => ((a.dataset.o ?? '') < (b.dataset.o ?? '') ? -1 : 1));
  const what = `${mark(first)}, ${first.querySelector('.t')?.textContent ?? ''}`;
  say(news.length === 1 ? t('New alert: %s', what) : t('%d new alerts, the worst: %s', news.length, what));
  news.length = 0;
}

/** A row that changed goes to its place, or out, once nobody holds the list. @param {HTMLElement} row */
function settle(row) {
  if (heldList()) return;
  if (gone(row) && !narrowed()) take(row);
  else place(row);
}

/** Takes a row out; a group of one is a row again. @param {HTMLElement} row */
function take(row) {
  const group = /** @type {HTMLElement | null} */ (row.parentElement?.closest('.inc') ?? null);
  row.remove();
  if (!group) return;
  const left = alerts(group);
  if (left.length > 1) return;
  group.remove();
  if (left[0]) place(left[0]);
}

/** Puts a row before the first one of a later order, in its incident's group where that is shown. @param {HTMLElement} row */
function place(row) {
  const key = row.dataset.i;
  const group = row.matches('.al') && key ? document.querySelector(`#alerts > .inc[data-i="${CSS.escape(key)}"] .rows`) : null;
  const into = group ?? list();
  for (const a of alerts(row)) { // what stood alone now stands in its group
    const alone = a === row ? null : byId(a.id);
    if (alone && !row.contains(alone)) alone.remove();
  }
  const rows = /** @type {HTMLElement[]} */ ([...(into?.children ?? [])]).filter((r) => r !== row);
  const next = rows[before(rows.map((r) => r.dataset.o ?? ''), row.dataset.o ?? '')] ?? null;
  if (row.parentElement === into && row.nextElementSibling === next) return;
  into?.insertBefore(row, next);
}

/** Shows every row that waits. */
function let_in() {
  if (narrowed() && waiting.size) return location.reload();
  const few = waiting.size <= FEW;
  for (const [id, row] of waiting) {
    const there = byId(id);
    if (there) swap(there, row);
    else row.classList.toggle('fresh', few);
    place(row);
  }
  waiting.clear();
  byId('alerts-none')?.remove();
  const rows = /** @type {HTMLElement[]} */ ([...document.querySelectorAll('#alerts .al')]);
  if (rows.length > MOST) return location.reload();
  for (const row of rows) if (gone(row) && !narrowed()) take(row);
  count();
}

/** The head of the list is the "3 new" bar while rows wait, at one height. */
function head() {
  const bar = byId('alerts-new'), usual = byId('alerts-head');
  if (!bar || !usual) return;
  bar.hidden = waiting.size === 0;
  usual.hidden = waiting.size > 0;
  if (!waiting.size) return;
  const b = bar.querySelector('b'), span = bar.querySelector('span');
  if (b) b.textContent = t('%d new', waiting.size);
  if (span) span.textContent = t('%s. Nothing moves until you show them.', summaryOf([...waiting.values()].map(mark)));
}

/** How soon the summary is asked for again where no answer came. */
const AGAIN = 4000;
/** @type {number | undefined} */
let asked;
let asks = 0;
/**
 * Verdict, tallies and health depend on all alerts a reader may see; they are
 * asked for once a burst is over, each browser at its own moment.
 */
function summary() {
  const url = byId('summary')?.dataset.url;
  if (!url) return;
  clearTimeout(asked);
  asked = setTimeout(async () => {
    const mine = ++asks;
    try {
      const r = await fetch(url, {headers: {Accept: 'text/html'}, redirect: 'error', signal: AbortSignal.timeout(8000)});
      if (!r.ok) throw new Error(String(r.status));
      const box = parse(await r.text());
      await rest();
      if (mine !== asks) return; // a later question's answer was faster
      if (box?.dataset.first !== byId('summary')?.dataset.first) return location.reload();
      change(() => {
        for (const part of [...(box?.querySelectorAll('[data-part]') ?? [])]) {
          const old = byId(part.id);
          if (!old) continue;
          localise(part);
          swap(old, /** @type {HTMLElement} */ (part));
          if (part.matches('.ih')) move(/** @type {HTMLElement} */ (part));
        }
        head(); // the part that came brings the usual head with it
        count();
      });
      if (stale()) off();
      const title = byId('board-verdict')?.dataset.title;
      if (title) retitle(title);
      await group();
    } catch {
      if (!stale()) asked = setTimeout(summary, AGAIN); // a dead link shows as such, and asks once it is back
    }
  }, 300 + Math.random() * 500);
}

/** A group stands where its head says, once nobody holds the list. @param {HTMLElement} head */
function move(head) {
  const group = /** @type {HTMLElement | null} */ (head.closest('.inc'));
  if (!group || group.dataset.o === head.dataset.o) return;
  group.dataset.o = head.dataset.o;
  if (!heldList()) place(group);
}

/** Incidents whose alerts the server shows apart. @type {Set<string>} */
const apart = new Set();
/** Alerts of one cause that came one after the other: their group stands on the server's page. */
async function group() {
  /** @type {Set<string>} */
  const seen = new Set(), twice = new Set();
  for (const row of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('#alerts > .al[data-i]'))) {
    const key = row.dataset.i ?? '';
    (seen.has(key) ? twice : seen).add(key);
  }
  if (![...twice].some((k) => k && !apart.has(k)) || heldList()) return;
  const at = root.dataset.seq;
  const r = await fetch(location.href, {headers: {Accept: 'text/html'}, redirect: 'error', signal: AbortSignal.timeout(8000)});
  if (!r.ok) return;
  const page = parseAll(await r.text());
  await rest();
  // What came meanwhile may be missing in this page, and would be undone by it; its summary asks again.
  if (at !== root.dataset.seq || queue.length) return;
  change(() => {
    for (const key of twice) {
      const now = /** @type {HTMLElement | null} */ (page.querySelector(`#alerts > .inc[data-i="${CSS.escape(key)}"]`));
      if (!now) apart.add(key);
      else if (!heldList() && !byId(now.id)) {
        localise(now);
        place(now);
      }
    }
    count();
  });
  if (stale()) off();
}

/** How often, where a page asks for nothing else, what no event tells of, such as rows that come in, is asked for anew. */
const LOOK_EVERY = 60_000;

/** Listens to the link. */
export function start() {
  watchHand();
  setInterval(() => {
    if (!document.hidden && !stale()) summary();
  }, Number(byId('summary')?.dataset.every) || LOOK_EVERY);
  link.addEventListener('message', (e) => {
    queue.push(/** @type {CustomEvent<Message>} */ (e).detail);
    schedule();
  });
  link.addEventListener('state', () => stale() || summary());
  byId('alerts-new')?.addEventListener('click', () => {
    const first = waiting.keys().next().value;
    let_in();
    head();
    byId(first ?? '')?.querySelector('a')?.focus({preventScroll: true});
  });
  const el = list();
  const later = () => setTimeout(async () => {
    await rest();
    if (heldList() || narrowed()) return;
    change(let_in);
    head();
  }, 400);
  el?.addEventListener('pointerleave', later);
  el?.addEventListener('focusout', later);
  document.addEventListener('unselect', later);
}
