// The page that stands where another could not be had: it says since when,
// and goes on by itself once the server answers.

import {clock} from './time.js';

const since = Date.now();
const at = document.getElementById('offline-since');
if (at) at.textContent = clock(since);

async function look() {
  try {
    const r = await fetch('/readyz', {cache: 'no-store', signal: AbortSignal.timeout(5000)});
    if (r.ok && location.pathname !== '/offline') return location.reload();
    if (r.ok) return location.assign('/');
  } catch { /* still away */ }
  setTimeout(look, 3000 + Math.random() * 2000);
}

addEventListener('online', look);
document.getElementById('offline-retry')?.addEventListener('click', () => location.reload());
setTimeout(look, 3000);
