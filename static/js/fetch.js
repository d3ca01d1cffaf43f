// Evidence that takes a while to work out comes when its fold is opened. Where
// it does not come, the fold keeps its link.

import {parse} from './dom.js';
import {localise} from './time.js';

/** @param {HTMLDetailsElement} fold */
async function load(fold) {
  const url = fold.dataset.load;
  if (!fold.open || !url || fold.getAttribute('aria-busy') === 'true') return;
  fold.setAttribute('aria-busy', 'true');
  try {
    const r = await fetch(url, {headers: {Accept: 'text/html'}, redirect: 'error', signal: AbortSignal.timeout(60_000)});
    const now = r.ok && parse(await r.text());
    if (!now) return;
    localise(now);
    delete fold.dataset.load;
    fold.querySelector('p.in')?.replaceWith(now);
    await import('./chart.js');
  } catch { /* the link is there */ } finally {
    fold.removeAttribute('aria-busy');
  }
}

export function start() {
  document.querySelectorAll('details[data-load]').forEach((d) => {
    const fold = /** @type {HTMLDetailsElement} */ (d);
    fold.addEventListener('toggle', () => load(fold));
    load(fold);
  });
}
