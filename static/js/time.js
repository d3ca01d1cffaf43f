// Times in the reader's zone, ages that tick, the clock in the top bar.

const root = document.documentElement;
const lang = root.lang || 'en';
/** How far the server's clock is ahead of this browser's, in milliseconds. */
let skew = 0;
/** @param {string | undefined} now what the server's clock says */
function meet(now) {
  const at = Date.parse(now ?? '');
  if (at) skew = at - (performance.timeOrigin + performance.now());
}
meet(root.dataset.now);

/** @returns {number} the server's time */
export const serverNow = () => Date.now() + (Math.abs(skew) > 5000 ? skew : 0);

/** As views/lang writes it. */
const minute = lang === 'de' ? 'min' : 'm';
const unit = (/** @type {number} */ n, /** @type {string} */ u) => `${n}\u00a0${u}`;

/**
 * The rule of Lang.Age in views/lang: at most two units.
 * @param {number} ms
 */
export function age(ms) {
  const s = Math.max(0, Math.floor(ms / 1000));
  const m = Math.floor(s / 60), h = Math.floor(m / 60), d = Math.floor(h / 24);
  const pair = (/** @type {number} */ a, /** @type {string} */ ua, /** @type {number} */ b, /** @type {string} */ ub) =>
    b ? `${unit(a, ua)} ${unit(b, ub)}` : unit(a, ua);
  if (m < 1) return unit(s, 's');
  if (h < 1) return unit(m, minute);
  if (d < 1) return pair(h, 'h', m % 60, minute);
  if (d < 60) return pair(d, 'd', h % 24, 'h');
  return unit(/** @type {any} */ (d.toLocaleString(lang)), 'd');
}

/** The zone that the reader chose; undefined: the browser's, also where it does not know the chosen one. */
function zone() {
  try {
    return new Intl.DateTimeFormat('en', {timeZone: root.dataset.zone}).resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
}
/** @param {Intl.DateTimeFormatOptions} o */
const fmt = (o) => new Intl.DateTimeFormat(lang === 'en' ? 'en-GB' : lang, {hourCycle: 'h23', timeZone: zone(), ...o});
const hm = fmt({hour: '2-digit', minute: '2-digit'});
const hms = fmt({hour: '2-digit', minute: '2-digit', second: '2-digit'});
const dm = fmt({day: 'numeric', month: 'short', year: 'numeric'});
const parts = fmt({weekday: 'short', day: 'numeric', month: 'short', year: 'numeric'});
const utcFull = fmt({weekday: 'short', day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit', timeZone: 'UTC'});

/** In UTC what the server wrote is right. */
const inUTC = ['UTC', 'Etc/UTC', 'GMT'].includes(hm.resolvedOptions().timeZone);
/** As views/lang writes a date: no comma, and September of three letters in English. */
const noComma = (/** @type {string} */ s) => s.replaceAll(',', '').replace(/\bSept\b(?!\.)/, 'Sep');

/** Another year is said. */
const other = (/** @type {string} */ s) => noComma(s).replace(` ${new Date(serverNow()).getFullYear()}`, '');

/** @param {number} t */
export const clock = (t) => hms.format(t);

/**
 * Puts every time under el in the reader's zone and every age at now.
 * @param {ParentNode} [el]
 */
export function localise(el = document) {
  meet(/** @type {any} */ (el).dataset?.now);
  for (const t of el.querySelectorAll('time[data-m],time[data-age]')) {
    const at = Date.parse(t.getAttribute('datetime') ?? '');
    if (!at || !(t instanceof HTMLElement)) continue;
    if (!t.title) t.title = noComma(utcFull.format(at)) + ' UTC';
    if (t.dataset.age !== undefined) put(t, age(serverNow() - at));
    else if (inUTC) continue;
    else if (t.dataset.m === 'hm') put(t, hm.format(at));
    else if (t.dataset.m === 'd') put(t, other(dm.format(at)));
    else if (t.dataset.m === 'dhm') put(t, `${other(parts.format(at))} ${hm.format(at)}`);
  }
}

/** @param {HTMLElement} el @param {string} text */
function put(el, text) {
  if (el.textContent !== text) el.textContent = text;
}

function tick() {
  const now = serverNow();
  const box = document.getElementById('clock');
  const b = box?.querySelector('b'), small = box?.querySelector('small');
  if (b) put(b, hm.format(now));
  const utc = noComma(utcFull.format(now));
  if (small) put(small, `${utc.slice(0, -14)} · ${inUTC ? '' : utc.slice(-8, -3) + ' '}UTC`);
}

/** Starts the clocks; ages under a minute need the short step. */
export function start() {
  localise();
  tick();
  setInterval(tick, 1000);
  setInterval(() => localise(), 5000);
}
