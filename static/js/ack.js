// Forms with data-enhance are sent without leaving the page. Without this
// module they are plain posts.

import {byId, hold, parse, say, swap, toast} from './dom.js';
import {stale, WHY} from './live.js';
import {count, report} from './select.js';
import {t} from './text.js';
import {age, localise, serverNow} from './time.js';

/** @typedef {{action: string, until?: string, [field: string]: unknown}} Undo what else it holds are the fields of its form */
/** @typedef {{code?: string, title?: string, detail?: string, winner?: string, won_at?: string, html?: Record<string, string>, changed?: number, said?: string, refused?: import('./select.js').Refused[], undo?: Undo}} Answer */

/** @param {Answer} a a problem in words */
function words(a) {
  if (a.winner && a.won_at) return t('%s took it %s ago. What you see now is theirs.', a.winner, age(serverNow() - Date.parse(a.won_at)));
  return a.detail || a.title || t('That did not work. Reload the page and try again.');
}

/**
 * @param {HTMLFormElement} form
 * @param {HTMLButtonElement | HTMLInputElement | null} button
 */
async function send(form, button) {
  const target = button?.getAttribute('formaction') ?? form.getAttribute('action') ?? location.pathname;
  const body = new URLSearchParams();
  for (const [k, v] of new FormData(form, button)) body.append(k, String(v));
  form.dataset.busy = '';
  button?.setAttribute('aria-busy', 'true');
  try {
    const a = await post(target, body);
    if (typeof a === 'string') return toast(a);
    if (a) done(form, a);
  } catch {
    toast(t('No answer came. It may or may not have been done: the row shows it once the link is back.'));
  } finally {
    delete form.dataset.busy;
    button?.removeAttribute('aria-busy');
  }
}

/**
 * Sends a form; a refusal comes back in words, nothing where another page opens.
 * @param {string} target
 * @param {URLSearchParams} body
 * @returns {Promise<Answer | string | void>}
 */
async function post(target, body) {
  const r = await fetch(target, {method: 'POST', body, headers: {Accept: 'application/json'}, signal: AbortSignal.timeout(15_000)});
  if (r.status === 401) return location.assign('/login?next=' + encodeURIComponent(location.pathname + location.search));
  const isJSON = (r.headers.get('content-type') ?? '').includes('json');
  const a = /** @type {Answer} */ (isJSON ? await r.json() : {});
  if (!r.ok) return words(a);
  if (r.redirected && !isJSON) return location.assign(r.url);
  return a;
}

/** Puts the parts of an answer in their places. @param {Answer} a */
function show(a) {
  hold(() => {
    for (const [id, html] of Object.entries(a.html ?? {})) {
      const old = byId(id), now = parse(html);
      if (!old || !now) continue;
      localise(now);
      swap(old, now);
    }
    count();
  });
}

/**
 * Shows what the answer brought; what it did not bring comes over the socket,
 * and where neither comes the page loads anew.
 * @param {HTMLFormElement} form
 * @param {Answer} a
 */
function done(form, a) {
  form.dataset.done = '';
  const about = form.dataset.about ?? form.closest('.al')?.querySelector('.t')?.textContent;
  show(a);
  const undo = a.undo ? undoing(a.undo) : {};
  if (a.changed !== undefined) return report(a, undo);
  if (a.undo) toast(about ? t('Acknowledged: %s', about) : t('Acknowledged'), undo);
  if (!form.isConnected) return;
  setTimeout(() => {
    if (form.isConnected && form.dataset.done !== undefined && !stale()) location.reload();
  }, 2500);
}

/**
 * The button that takes an act back.
 * @param {Undo} undo
 */
function undoing({action, until, ...fields}) {
  const run = async () => {
    if (stale()) return toast(WHY);
    const body = new URLSearchParams();
    for (const [k, v] of Object.entries(fields)) body.append(k, String(v));
    try {
      const a = await post(action, body);
      if (typeof a === 'string') return toast(a);
      if (a) show(a);
      say(t('Undone'));
    } catch {
      toast(t('No answer came. It may or may not have been done: the row shows it once the link is back.'));
    }
  };
  return {label: t('Undo'), run, until: Date.parse(until ?? '') - serverNow() || undefined};
}

/** Takes over the forms, and holds back every act while the page is old. */
export function start() {
  document.addEventListener('submit', (e) => {
    const form = /** @type {HTMLFormElement} */ (e.target);
    const button = /** @type {HTMLButtonElement | null} */ (e.submitter);
    const acts = button?.dataset.acts !== undefined || form.dataset.enhance !== undefined;
    if (acts && stale()) {
      e.preventDefault();
      return toast(WHY);
    }
    if (form.dataset.enhance === undefined) return;
    e.preventDefault();
    if (form.dataset.busy === undefined) send(form, button);
  });
  document.addEventListener('click', (e) => {
    const b = e.target instanceof Element ? e.target.closest('[aria-disabled=true]') : null;
    if (!b) return;
    e.preventDefault();
    if (stale() && b instanceof HTMLElement && b.dataset.acts !== undefined) toast(WHY); // the others say why beside them
  }, true);
}
