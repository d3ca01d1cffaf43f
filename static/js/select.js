// Choosing alerts and doing one thing to all of them. The bar of the selection
// takes the place of the bar of views, at the same height: no row moves.

import {byId, toast, visible} from './dom.js';
import {tn} from './text.js';

/** @typedef {HTMLInputElement} Box */

/** @returns {Box[]} */
const boxes = () => /** @type {Box[]} */ ([...document.querySelectorAll('#alerts .pick')]);

/** Whether something is selected: then nothing moves. */
export const selecting = () => boxes().some((b) => b.checked);

/** The status from which a move leads on; others are open to all. @type {Record<string, string[]>} */
const FROM = {acknowledge: ['NEW', 'ESCALATED']};

/**
 * How many of the selected alerts a move will really change.
 * @param {string} move
 * @param {(string | undefined)[]} statuses of the selected rows
 */
export function changes(move, statuses) {
  return statuses.filter((s) => s !== 'RESOLVED' && (FROM[move]?.includes(s ?? '') ?? true)).length;
}

let was = false;

/** Brings the bar in line with the boxes. */
export function count() {
  const chosen = boxes().filter((b) => b.checked), bar = byId('selection'), views = byId('views');
  if (bar) bar.hidden = !chosen.length;
  if (bar && views) views.hidden = !bar.hidden;
  for (const b of boxes()) b.closest('.al')?.toggleAttribute('data-on', b.checked);
  for (const all of /** @type {NodeListOf<Box>} */ (document.querySelectorAll('.pick-all'))) {
    const of = within(all), on = of.filter((b) => b.checked).length;
    all.checked = on > 0 && on === of.length;
    all.indeterminate = on > 0 && on < of.length;
  }
  if (was && !chosen.length) document.dispatchEvent(new Event('unselect'));
  was = chosen.length > 0;
  if (!bar || !was) return;
  const n = byId('selection-count');
  if (n) n.textContent = tn(chosen.length, '%d selected', '%d selected');
  const statuses = chosen.map((b) => /** @type {HTMLElement | null} */ (b.closest('.al'))?.dataset.s);
  for (const b of bar.querySelectorAll('button[name=move]')) {
    const slot = b.querySelector('[data-n]');
    if (slot) slot.textContent = String(changes(b.getAttribute('value') ?? '', statuses));
  }
}

/** The boxes that a "select all" box stands for. @param {Box} all */
const within = (all) => {
  const group = all.closest('.inc');
  return group ? boxes().filter((b) => group.contains(b)) : boxes();
};

/** Clears the selection; a focus in its bar goes back to the list. */
export function clear() {
  const first = boxes().find((b) => b.checked);
  const inBar = byId('selection')?.contains(document.activeElement);
  for (const b of boxes()) b.checked = false;
  count();
  if (!inBar) return;
  const links = [first?.closest('.al'), first?.closest('.inc')].map((row) => row?.querySelector('a'));
  links.find((a) => a && visible(a))?.focus({preventScroll: true});
}

/** @typedef {{id: number, about?: string, why: string}} Refused an alert that did not change, and why */

/**
 * Says what a bulk move did, and what it did not do and why.
 * @param {{changed?: number, said?: string, refused?: Refused[]}} a
 * @param {{label?: string, run?: () => void, until?: number}} undo
 */
export function report({changed = 0, said, refused = []}, undo) {
  clear();
  // The next selection begins with a closed bar: a note is not said twice, and no key acts in a fold that nobody opened.
  for (const fold of byId('selection')?.querySelectorAll('details') ?? []) fold.open = false;
  byId('selection')?.querySelector('form')?.reset();
  const list = refused.map(({id, about, why}) => `${byId(`alert-${id}`)?.querySelector('.t')?.textContent ?? about ?? id}: ${why}`);
  toast(said ?? tn(changed, '%d alert changed.', '%d alerts changed.'), {...undo, list});
}

export function start() {
  /** @type {Box | null} */
  let last = null;
  document.addEventListener('click', (e) => {
    const b = e.target;
    if (!(b instanceof HTMLInputElement) || !b.matches('.pick')) return;
    if (e.shiftKey && last?.isConnected) {
      const all = boxes();
      const [from, to] = [all.indexOf(last), all.indexOf(b)].sort((x, y) => x - y);
      for (const x of all.slice(from, to + 1)) x.checked = b.checked;
    }
    last = b;
    count();
  });
  document.addEventListener('change', (e) => {
    const b = e.target;
    if (!(b instanceof HTMLInputElement) || !b.matches('.pick, .pick-all')) return;
    if (b.matches('.pick-all')) for (const x of within(b)) x.checked = b.checked;
    count();
  });
  document.addEventListener('keydown', (e) => {
    if (e.key !== 'Escape' || e.defaultPrevented || document.querySelector('dialog[open]') || !selecting()) return;
    e.preventDefault();
    clear();
  });
  document.addEventListener('reset', () => setTimeout(count)); // the bar's own button clears the boxes
  count();
}
