// Who else has this page open: says so every few seconds while the page is
// seen, and shows what comes back.

import {byId, hold, parse, swap} from './dom.js';
import {stale} from './live.js';
import {localise} from './time.js';

const EVERY = 15_000;

async function beat() {
  const old = byId('presence');
  const url = old?.dataset.url;
  if (!old || !url || document.hidden || stale()) return;
  try {
    const r = await fetch(url, {method: 'POST', headers: {Accept: 'text/html'}, redirect: 'error', signal: AbortSignal.timeout(8000)});
    if (!r.ok) return;
    const now = parse(await r.text());
    if (!now || now.isEqualNode(old)) return;
    localise(now);
    hold(() => swap(old, now));
  } catch { /* the next beat tries again; a dead link shows as such */ }
}

export function start() {
  beat();
  setInterval(beat, EVERY);
  document.addEventListener('visibilitychange', beat);
}
