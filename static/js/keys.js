// The keyboard. One key does one thing, to the row that has the focus, else to
// the page. Keys are off while somebody types, while a dialog is open, with a
// modifier, and where the reader switched them off (data-keys on <html>).
//
// A control says by data-key which key is its own; this module knows no page.

import {byId, visible} from './dom.js';

const root = document.documentElement;

/** How long g waits for its letter. */
const WAIT = 1500;

/**
 * What a key means: {go} to the place of a letter, {act} by itself, or {wait}
 * for a letter.
 * @param {number} since when g was pressed, 0 where it was not
 * @param {string} key
 * @param {number} now
 * @returns {{wait?: number, go?: string, act?: string}}
 */
export function press(since, key, now) {
  if (since && now - since < WAIT) return /^[a-z]$/.test(key) ? {go: key} : {};
  return key === 'g' ? {wait: now} : {act: key};
}

/** Links that g and a letter lead to. @returns {HTMLAnchorElement[]} */
export const places = () => [...document.querySelectorAll('a[data-go]')].filter((a) => a instanceof HTMLAnchorElement);

const ROWS = '#alerts .al, #alerts .inc, main .tb tbody tr';
/** @returns {HTMLElement[]} every row that can be seen, in order */
const rows = () => /** @type {HTMLElement[]} */ ([...document.querySelectorAll(ROWS)].filter(visible));

/** The one thing of a row that has its focus. @param {Element} row */
const handle = (row) => /** @type {HTMLElement | null} */ (row.querySelector('a.t, summary, a[href]'));

/** @returns {HTMLElement | null} the row that has the focus */
const current = () => /** @type {HTMLElement | null} */ (document.activeElement?.closest(ROWS) ?? null);

/** @param {1 | -1} by */
function step(by) {
  const all = rows().filter(handle);
  const at = current();
  let i = at ? all.indexOf(at) : -1;
  i = i < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, i + by));
  const to = all[i] && handle(all[i]);
  if (!to) return;
  to.focus({preventScroll: true});
  to.scrollIntoView({block: 'nearest'});
}

/** Where the row's own controls stand: an alert's, or an incident's without its alerts'. @param {Element} row @param {string} sel */
const own = (row, sel) => [...row.querySelectorAll(sel)].find((e) => e.closest(ROWS) === row && visible(e));

/** @param {boolean} all every row in view, else the one with the focus */
function pick(all) {
  const row = current();
  const scope = all ? byId('alerts') : row;
  const boxes = /** @type {HTMLInputElement[]} */ ([...(scope?.querySelectorAll('.pick') ?? [])]).filter((b) => !b.disabled);
  const on = boxes.some((b) => !b.checked);
  for (const b of boxes) b.checked = on;
  boxes[0]?.dispatchEvent(new Event('change', {bubbles: true}));
}

/**
 * The control that a key stands for: the selection's while one is open, the
 * row's, that of the selection with this row alone in it, the page's.
 * @param {string} key
 * @returns {Element | undefined}
 */
function control(key) {
  const sel = `[data-key="${CSS.escape(key)}"]`;
  const bar = byId('selection'), row = current();
  const inBar = bar?.querySelector(sel);
  if (inBar && !bar?.hidden) return inBar;
  const there = row && (own(row, sel) ?? (key === 'a' ? own(row, 'form[action$="/acknowledge"] [type=submit]') : undefined));
  if (there) return there;
  if (row?.querySelector('.pick') && inBar) {
    pick(false);
    return inBar;
  }
  return [...document.querySelectorAll(sel)].find((e) => visible(e) && !e.closest(ROWS));
}

/** @param {string} key */
function act(key) {
  const el = control(key);
  if (!(el instanceof HTMLElement)) return false;
  use(el);
  return true;
}

/** Does what a control is for: what has fields shows them and takes the focus there. @param {HTMLElement} el */
export function use(el) {
  const fold = el.closest('details');
  if (fold && (el.matches('summary') || !fold.open)) { // it stands with fields of its own, which are seen first
    fold.open = true;
    const field = el.matches('summary') && fold.querySelector('input:not([type=hidden]), textarea, select');
    (field instanceof HTMLElement ? field : el).focus();
  } else if (el.matches('input:not([type=checkbox]), textarea, select')) el.focus();
  else el.click();
}

/** @param {Element | null} e something that is typed into */
const types = (e) => !!e?.matches('input:not([type=checkbox],[type=radio],[type=button],[type=submit]), textarea, select, [contenteditable]');

/** Takes the newest act back. */
const undo = () => /** @type {HTMLElement | null} */ ([...document.querySelectorAll('.toast [data-key=z]')].pop() ?? null)?.click();

/** @type {Record<string, () => unknown>} */
const mine = {
  j: () => step(1),
  k: () => step(-1),
  x: () => pick(false),
  X: () => pick(true),
  o: () => current()?.querySelector('details')?.toggleAttribute('open'),
  n: () => byId('alerts-new')?.click(),
  z: undo,
  u: undo,
  '?': () => import('./help.js').then((m) => m.open()),
};

/** @param {string} key @returns {boolean} whether it did something */
function run(key) {
  if (mine[key]) {
    mine[key]();
    return true;
  }
  if (key === 'Escape') {
    const row = current();
    if (row) handle(row)?.blur();
    return false; // others listen to it too
  }
  if (key === '/' && act(key)) return true;
  if (key === '/') {
    const box = /** @type {HTMLElement | null} */ (document.querySelector('main input[type=search]'));
    box?.focus();
    return !!box;
  }
  return key.length === 1 && /[a-z]/.test(key) && act(key);
}

export function start() {
  for (const e of document.querySelectorAll('[data-key]')) if (!e.closest(ROWS)) e.setAttribute('aria-keyshortcuts', e.getAttribute('data-key') ?? '');
  let since = 0;
  document.addEventListener('keydown', (e) => {
    if (e.defaultPrevented || e.isComposing || e.ctrlKey || e.metaKey || e.altKey || root.dataset.keys === 'off') return;
    if (types(document.activeElement) || document.querySelector('dialog[open]')) return;
    const {wait = 0, go, act: key} = press(since, e.key, Date.now());
    since = wait;
    if (go) places().find((a) => a.dataset.go === go)?.click();
    if (wait || go || (key && run(key))) e.preventDefault();
  });
}
