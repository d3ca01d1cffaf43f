// Ctrl K: one field that finds any model, alert, page, setting, action. Pages
// and actions come from what the page itself offers; the rest the server
// finds. Without scripts /search answers the same.

import {el, visible} from './dom.js';
import {places, use} from './keys.js';
import {t} from './text.js';

/** @typedef {{label: string, kind: string, hint?: string, href?: string, mark?: string, icon?: string, key?: string, run?: () => void}} Item */

/** How many results are shown. */
const MOST = 12;

/**
 * How well a text answers a question: every word of it has to begin a word of
 * the text, or at least to be in it. 0 is not at all.
 * @param {string} text
 * @param {string} question
 */
export function fits(text, question) {
  const low = text.toLowerCase();
  let score = 1;
  for (const w of question.toLowerCase().split(/\s+/).filter(Boolean)) {
    const at = low.indexOf(w);
    if (at < 0) return 0;
    score += at === 0 ? 3 : /[^\p{L}\p{N}]/u.test(low[at - 1]) ? 2 : 1;
  }
  return score;
}

/** The best of them, in the order given where they are equal. @param {Item[]} items @param {string} question */
export const best = (items, question) => items
  .map((i) => ({i, n: fits(`${i.label} ${i.hint ?? ''}`, question)})).filter(({n}) => n > 0)
  .sort((a, b) => b.n - a.n).map(({i}) => i);

/** What a control is called, without the key that stands beside its words. @param {Element} c */
const words = (c) => [...c.childNodes].map((n) => (n.nodeName === 'KBD' ? '' : n.textContent ?? '')).join('').replace(/\s+/g, ' ').trim();

/** Pages of the navigation, and controls of this page that a key stands for. @returns {Item[]} */
function local() {
  /** @type {Item[]} */
  const out = [];
  const keyed = new Set(places());
  for (const a of document.querySelectorAll('.nav a, .menu a')) {
    if (!(a instanceof HTMLAnchorElement) || out.some((i) => i.href === a.href)) continue; // the menu repeats what the bar may have no room for
    out.push({label: a.textContent.trim(), kind: t('Page'), href: a.href, icon: 'link', key: keyed.has(a) ? `g ${a.dataset.go}` : ''});
  }
  for (const c of document.querySelectorAll('main [data-key], #alarm [data-alarm]')) {
    if (!(c instanceof HTMLElement) || (!visible(c) && !c.closest('#alarm')) || c.closest('#alerts') || c.matches('input')) continue;
    out.push({label: c.getAttribute('aria-label') ?? words(c), kind: t('Action'), icon: 'check', key: c.dataset.key, run: () => use(c)});
  }
  const leave = document.querySelector('.who form[action="/logout"] button');
  if (leave instanceof HTMLElement) out.push({label: words(leave), hint: t('log out'), kind: t('Action'), icon: 'back', run: () => leave.click()});
  return out.filter((i) => i.label);
}

/** @type {HTMLDialogElement | null} */
let box = null;

/** Opens it; closed, the browser gives the focus back to what had it. */
function open() {
  if (box) return;
  const dlg = box = /** @type {HTMLDialogElement} */ (el('dialog', {class: 'pal panel', 'aria-label': t('Find')}));
  const field = /** @type {HTMLInputElement} */ (el('input', {
    type: 'text', role: 'combobox', 'aria-expanded': 'true', 'aria-controls': 'pal-list', 'aria-autocomplete': 'list', 'aria-label': t('Find'),
    placeholder: t('A model, an alert, a page, an action'), autocomplete: 'off', spellcheck: 'false', autofocus: '',
  }));
  const list = el('ul', {id: 'pal-list', role: 'listbox', 'aria-label': t('Results')});
  const none = el('p', {class: 's dim pad', role: 'status'});
  const mine = local();
  /** @type {Item[]} */
  let shown = [];
  let at = 0, asked = 0;

  /** @param {number} to */
  const choose = (to) => {
    at = shown.length ? (to + shown.length) % shown.length : 0;
    [...list.children].forEach((li, i) => li.setAttribute('aria-selected', String(i === at)));
    const on = list.children[at];
    on?.scrollIntoView({block: 'nearest'});
    if (on) field.setAttribute('aria-activedescendant', on.id);
    else field.removeAttribute('aria-activedescendant');
  };
  /** @param {Item[]} items */
  const show = (items) => {
    shown = items.slice(0, MOST);
    list.replaceChildren(...shown.map((i, n) => row(i, n, () => go(i))));
    none.textContent = shown.length ? '' : t('Nothing is called that.');
    choose(0);
  };
  /** @param {Item} i */
  const go = (i) => {
    dlg.close();
    if (i.run) i.run();
    else if (i.href) location.assign(i.href);
  };
  const ask = async () => {
    const q = field.value.trim(), me = ++asked;
    const here = best(mine, q);
    show(here);
    if (!q) return;
    await new Promise((r) => setTimeout(r, 120));
    if (me !== asked) return;
    try {
      const r = await fetch('/palette?q=' + encodeURIComponent(q), {headers: {Accept: 'application/json'}, redirect: 'error', signal: AbortSignal.timeout(5000)});
      const {items} = r.ok ? await r.json() : {items: []};
      const first = here.slice(0, 4), there = new Set(first.map((i) => i.href));
      if (me === asked) show([...first, ...items.filter((/** @type {Item} */ i) => !there.has(new URL(i.href ?? '', location.href).href))]);
    } catch {
      if (me === asked) none.textContent = t('The server did not answer: only pages and actions are found.');
    }
  };
  field.addEventListener('input', ask);
  field.addEventListener('keydown', (e) => {
    if (e.isComposing) return;
    if (e.key === 'ArrowDown') choose(at + 1);
    else if (e.key === 'ArrowUp') choose(at - 1);
    else if (e.key === 'Enter' && shown[at]) go(shown[at]);
    else return;
    e.preventDefault();
  });
  dlg.addEventListener('click', (e) => e.target === dlg && dlg.close());
  dlg.addEventListener('close', () => {
    dlg.remove();
    box = null;
  });
  dlg.append(field, list, none);
  document.body.append(dlg);
  dlg.showModal();
  show(mine);
}

/** @param {Item} i @param {number} n @param {() => void} go */
function row(i, n, go) {
  const li = el('li', {role: 'option', id: `pal-${n}`, 'aria-selected': 'false'});
  li.append(symbol(i), el('span', {class: 'trunc'}, i.label), el('span', {class: 'trunc dim'}, i.hint ?? ''), el('span', {class: 'push mute xs nw'}, i.kind));
  if (i.key) li.append(el('kbd', {'aria-hidden': 'true'}, i.key));
  li.addEventListener('click', go);
  return li;
}

const SVG = 'http://www.w3.org/2000/svg';
/** @param {Item} i its severity mark or icon, out of the page's sprite */
function symbol(i) {
  const svg = document.createElementNS(SVG, 'svg'), use = document.createElementNS(SVG, 'use');
  svg.setAttribute('class', i.mark ? `mk ${i.mark}` : 'i');
  svg.setAttribute('aria-hidden', 'true');
  use.setAttribute('href', i.mark ? `#mk-${i.mark}` : `#i-${i.icon ?? 'link'}`);
  svg.append(use);
  return svg;
}

/** Opens it, or closes it where it is open. */
export function toggle() {
  if (box) box.close();
  else if (!document.querySelector('dialog[open]')) open();
}
