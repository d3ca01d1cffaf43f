// The page that stands where another could not be had: it says since when, and
// goes on by itself once the server answers. The service worker keeps it, so
// it imports nothing.

const lang = document.documentElement.lang || 'en';
const hm = new Intl.DateTimeFormat(lang === 'en' ? 'en-GB' : lang, {hour: '2-digit', minute: '2-digit', hourCycle: 'h23'});
let heard = 0;
try {
  heard = Number(localStorage.getItem('driftwatch-heard'));
} catch { /* the browser blocks storage: the page says less */ }
const slot = document.getElementById('offline-heard');
if (slot && heard) {
  slot.textContent = (slot.dataset.say ?? '').replace('{at}', hm.format(heard));
  slot.hidden = false;
}

async function look() {
  try {
    const r = await fetch('/readyz', {cache: 'no-store', signal: AbortSignal.timeout(5000)});
    if (r.ok) return location.pathname === '/offline' ? location.assign('/') : location.reload();
  } catch { /* still away */ }
  setTimeout(look, 3000 + Math.random() * 2000);
}

addEventListener('online', () => location.reload());
document.getElementById('offline-retry')?.addEventListener('click', () => location.reload());
setTimeout(look, 3000);
