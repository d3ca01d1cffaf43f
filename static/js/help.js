// What ? opens: every key and what it does.

import {el} from './dom.js';
import {places} from './keys.js';
import {t} from './text.js';

/** What ? lists. @returns {[string, string][]} */
const list = () => [
  ['j k', t('Next row, previous row')],
  ['Enter', t('Open it')],
  ['o', t('Show the alerts of an incident, or hide them')],
  ['x', t('Select it')],
  ['X', t('Select all in view')],
  ['a', t('Acknowledge')],
  ['e', t('Escalate')],
  ['r', t('Resolve')],
  ['m', t('Assign to me')],
  ['c', t('Comment')],
  ['t', t('Retrain')],
  ['z', t('Undo, for ten seconds')],
  ['n', t('Show new alerts')],
  ['/', t('Search')],
  [t('Ctrl K'), t('Find a model, an alert, a page, an action')],
  ['?', t('This list')],
  ['Esc', t('Close, or clear the selection')],
];

/** Opens the list of all keys. */
export function open() {
  const box = /** @type {HTMLDialogElement} */ (el('dialog', {class: 'dlg panel pad', 'aria-labelledby': 'keys-t'}));
  const dl = el('dl', {class: 'keys'});
  const all = list();
  for (const a of places()) all.push([`g ${a.dataset.go}`, a.textContent.trim()]);
  for (const [keys, what] of all) {
    const dt = el('dt');
    dt.append(...(keys === t('Ctrl K') ? [keys] : keys.split(' ')).map((k) => el('kbd', {}, k)));
    dl.append(dt, el('dd', {}, what));
  }
  const shut = el('button', {class: 'btn sm push', type: 'button', autofocus: ''}, t('Close'));
  shut.addEventListener('click', () => box.close());
  const top = el('div', {class: 'row'}); // what has the focus stands first: the list opens at its beginning
  top.append(el('h2', {id: 'keys-t'}, t('Keys')), shut);
  box.append(top, el('p', {class: 's dim'}, t('Keys rest while you type. Your preferences switch them off.')), dl);
  box.addEventListener('close', () => box.remove());
  document.body.append(box);
  box.showModal();
}
