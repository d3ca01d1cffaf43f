// What the other modules share: putting the server's fragments into the page,
// keeping the reader's place, and saying things.

import {t} from './text.js';

/** The one script that a page may start besides its modules. */
const WORKER = '/sw.js';
export const worker = () => policy?.createScriptURL(WORKER) ?? WORKER;

/**
 * The one policy of the page (Trusted Types). Only bytes that our own server
 * rendered and sent over our own socket or answer reach it.
 * @type {{createHTML: (s: string) => string, createScriptURL: (s: string) => string} | undefined}
 */
const policy = /** @type {any} */ (globalThis).trustedTypes?.createPolicy('driftwatch', {
  createHTML: (/** @type {string} */ s) => s,
  createScriptURL: (/** @type {string} */ s) => (s === WORKER ? s : ''),
});

/** @param {string} html rendered by the server */
export function parseAll(html) {
  const t = document.createElement('template');
  t.innerHTML = policy ? policy.createHTML(html) : html;
  return t.content;
}

/** @param {string} html one element, rendered by the server */
export const parse = (html) => /** @type {HTMLElement | null} */ (parseAll(html).firstElementChild);

/** @param {string} id */
export const byId = (id) => document.getElementById(id);

/** Whether it can be seen; what a closed fold holds cannot. @param {Element} e */
export const visible = (e) => e.checkVisibility?.() ?? e.getClientRects().length > 0;

/**
 * @param {string} tag
 * @param {Record<string, string>} [attributes]
 * @param {string} [text]
 */
export function el(tag, attributes = {}, text = '') {
  const e = document.createElement(tag);
  for (const [k, v] of Object.entries(attributes)) e.setAttribute(k, v);
  e.textContent = text;
  return e;
}

/**
 * What must not move: the row under the pointer or with the focus, else
 * nothing.
 * @returns {Element | null}
 */
function held() {
  const rows = document.querySelectorAll('main [id]:hover, main [id]:focus-within');
  return rows.length ? rows[rows.length - 1] : document.querySelector('main > *');
}

/**
 * Changes the page and scrolls by as much as what the reader looks at moved.
 * @template T
 * @param {() => T} change
 * @returns {T}
 */
export function hold(change) {
  const el = held();
  const before = el?.getBoundingClientRect().top ?? 0;
  const out = change();
  const now = el && el.isConnected ? el : el?.id ? byId(el.id) : null;
  const by = now ? now.getBoundingClientRect().top - before : 0;
  if (by) scrollBy({top: by, behavior: 'instant'});
  return out;
}

/**
 * Puts a fragment in the place of the element with its id. The focus stays on
 * the same control, or goes to the first one left.
 * @param {HTMLElement} old
 * @param {HTMLElement} now
 */
export function swap(old, now) {
  const on = document.activeElement;
  const inside = on && old.contains(on);
  const name = inside ? on.getAttribute('name') ?? on.className : '';
  const open = new Set([...old.querySelectorAll('details[open][id]')].map((d) => d.id));
  keepTyped(old, now);
  old.replaceWith(now);
  for (const id of open) byId(id)?.setAttribute('open', '');
  if (!inside) return;
  const all = [...now.querySelectorAll('a[href],button,input,textarea,select,summary')];
  const same = all.find((e) => (e.getAttribute('name') ?? e.className) === name) ?? all[0];
  if (same instanceof HTMLElement) same.focus({preventScroll: true});
}

/**
 * Carries what somebody has typed or chosen into the new element: nothing is lost because an alert
 * changed meanwhile.
 * @param {HTMLElement} old
 * @param {HTMLElement} now
 */
function keepTyped(old, now) {
  for (const e of old.querySelectorAll('textarea,select,input:not([type=hidden])')) {
    const field = /** @type {HTMLInputElement} */ (e);
    if (field.classList.contains('pick')) {
      const heir = now.querySelector(`.pick[value^="${field.value.split(':')[0]}:"]`);
      if (heir instanceof HTMLInputElement) heir.checked = field.checked;
      continue;
    }
    const form = field.form?.getAttribute('action');
    if (!form || !field.name) continue;
    const heir = now.querySelector(`form[action="${form}"] [name="${field.name}"]`);
    if (heir instanceof HTMLElement && 'value' in heir && field.value) heir.value = field.value;
  }
}

/** @param {string} text read aloud, once */
export function say(text) {
  const el = byId('say');
  if (el) el.textContent = text;
}

/** How long a message stays. */
const STAYS = 10_000;

/**
 * A message bottom right; it pushes nothing and goes by itself. With an action
 * it counts down beside its button; a list stays until it is closed.
 * @param {string} text
 * @param {{label?: string, run?: () => void, until?: number, list?: string[]}} [o] until: for how many milliseconds, where not for ten seconds
 */
export function toast(text, {label, run, until = STAYS, list} = {}) {
  const box = byId('toasts');
  if (!box) return;
  const card = el('div', {class: 'toast'});
  const words = el('div', {}, text);
  card.append(words);
  if (list?.length) {
    const ul = el('ul');
    for (const line of list) ul.append(el('li', {}, line));
    words.append(ul);
  }
  const end = () => {
    clearInterval(timer);
    card.remove();
  };
  if (label && run) {
    const b = el('button', {type: 'button', class: 'btn sm', 'data-key': 'z'}, label);
    b.addEventListener('click', () => {
      end();
      run();
    });
    const left = el('span', {class: 'left', 'aria-hidden': 'true'}, String(Math.ceil(until / 1000)));
    card.append(left, b);
  }
  const x = el('button', {type: 'button', class: 'btn sm'}, t('Close'));
  x.addEventListener('click', end);
  card.append(x);
  box.append(card);
  while (box.childElementCount > 3) box.firstElementChild?.remove();
  const end_at = Date.now() + until;
  const timer = setInterval(() => {
    const s = Math.ceil((end_at - Date.now()) / 1000);
    const left = card.querySelector('.left');
    if (left) left.textContent = String(s);
    if (s <= 0) card.querySelectorAll('[data-key], .left').forEach((e) => e.remove());
    if (!card.isConnected || (s <= 0 && !list?.length)) end();
  }, 250);
}
