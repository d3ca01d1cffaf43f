// The live link. The socket carries events after a sequence number; this
// module keeps it, says honestly whether it is kept, and hands events on.
//
// A dead link is found by four signs: the socket closes; the browser is
// offline; nothing was heard for QUIET and the server does not answer
// /readyz (a lost database answers 503); and a socket silent for RENEW is
// replaced by a new one before it is given up, because a half-open connection
// looks like a quiet night. Pings are invisible to scripts.

import {byId, hold, say} from './dom.js';
import {t} from './text.js';
import {age, clock, serverNow} from './time.js';

/** @typedef {{seq?: number, type: string, tenant?: string, at?: string, alert?: any, html?: Record<string, string>}} Message */

const QUIET = 20_000, RENEW = 90_000, ANSWER = 5_000, SETTLE = 200;
/** The closing code of web/live for a session that ended. */
const REVOKED = 4401;
const root = document.documentElement;

/** Events of this module: 'message' with a Message as detail, 'state'. */
export const link = new EventTarget();

let seq = Number(root.dataset.seq ?? -1);
/** @type {WebSocket | null} */
let socket = null;
/** @type {'wait' | 'live' | 'lost'} */
let state = 'wait';
let since = serverNow(), heard = Date.now(), socketHeard = Date.now(), lastTick = Date.now();
let tries = 0, nextTry = 0, probing = false, leaving = false;
/** @type {number | undefined} */
let timer;
/** @type {number | undefined} */
let settling;

export const stale = () => state === 'lost';
export const WHY = t('Off: the link to the server is lost. It comes back on by itself.');

function open() {
  clearTimeout(timer);
  nextTry = 0;
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
  const ws = new WebSocket(`${scheme}://${location.host}/ws?since=${seq}`);
  const gaveUp = setTimeout(() => ws.close(), ANSWER);
  ws.addEventListener('open', () => {
    clearTimeout(gaveUp);
    const old = socket;
    socket = ws;
    if (old && old !== ws) old.close(1000);
    heard = socketHeard = Date.now();
    settle();
  });
  ws.addEventListener('message', (e) => {
    heard = socketHeard = Date.now();
    if (state !== 'live') settle();
    receive(JSON.parse(e.data));
  });
  ws.addEventListener('close', (e) => {
    clearTimeout(gaveUp);
    if (leaving) return;
    if (socket && socket !== ws && e.code === 1000) return;
    if (socket === ws || socket === null || socket.readyState > 1) lose(e.code);
    else socket.close();
  });
}

/** Live begins when the replay has come to rest: until then the page is old. */
function settle() {
  clearTimeout(settling);
  settling = setTimeout(() => {
    if (socket?.readyState !== 1) return;
    tries = 0;
    show('live');
  }, SETTLE);
}

/** @param {number} code the socket's closing code */
function lose(code) {
  socket = null;
  clearTimeout(settling);
  // REVOKED: the session or role ended. Load anew, but never in a circle.
  if (code === REVOKED && performance.now() > 5000) return location.reload();
  if (state !== 'lost') {
    since = serverNow();
    show('lost');
  }
  const wait = Math.min(15_000, 400 * 1.7 ** tries++) * (0.5 + Math.random() / 2);
  nextTry = Date.now() + wait;
  clearTimeout(timer);
  timer = setTimeout(retry, wait);
  paint();
}

/** Tries again; a session that ended meanwhile leads to the sign-in page. */
async function retry() {
  clearTimeout(timer);
  if (tries > 1) {
    try {
      const r = await fetch(location.href, {method: 'HEAD', redirect: 'manual', cache: 'no-store', signal: AbortSignal.timeout(ANSWER)});
      if (r.type === 'opaqueredirect' || r.status === 401) return location.reload();
    } catch { /* no answer: the attempt below says so */ }
  }
  if (!socket) open();
}

/** @param {Message} m */
function receive(m) {
  if (m.type === 'RESET') return location.reload();
  if (!(Number(m.seq) > seq)) return;
  seq = Number(m.seq);
  root.dataset.seq = String(seq);
  link.dispatchEvent(new CustomEvent('message', {detail: m}));
}

/** Asks the server whether it can serve at all. */
async function probe() {
  if (probing) return;
  probing = true;
  try {
    const r = await fetch('/readyz', {cache: 'no-store', signal: AbortSignal.timeout(ANSWER)});
    if (!r.ok) throw new Error(String(r.status));
    heard = Date.now();
  } catch {
    cut();
  } finally {
    probing = false;
  }
}

/** Gives the socket up as dead without waiting for it to agree. */
function cut() {
  const old = socket;
  if (!old) return;
  socket = null;
  old.close();
  if (state !== 'lost') lose(1006);
}

function watch() {
  const now = Date.now();
  const slept = now - lastTick > 10_000;
  lastTick = now;
  if (state === 'live') {
    if (now - socketHeard > RENEW) {
      socketHeard = now;
      open();
    } else if (slept || now - heard > QUIET) probe();
  }
  paint();
}

/**
 * A page that the browser keeps for its back button must not come back as it
 * was: alerts have moved on, and whoever sat here may have signed out.
 * @param {PageTransitionEvent} e
 */
function leave(e) {
  leaving = true;
  if (state === 'live') localStorage.setItem('driftwatch-heard', String(heard)); // for the page that says "offline"
  socket?.close(1000);
  if (e.persisted) document.body.replaceChildren();
}

/** @param {'live' | 'lost'} next */
function show(next) {
  if (state === next) return;
  const was = state;
  state = next;
  hold(() => {
    root.toggleAttribute('data-stale', next === 'lost');
    const banner = byId('link-banner');
    if (banner) banner.hidden = next !== 'lost';
  });
  off();
  paint();
  if (next === 'lost') say(t('Not live. Buttons are off until the link is back.'));
  else if (was === 'lost') say(t('Live again. The page has caught up.'));
  link.dispatchEvent(new Event('state'));
}

/** Switches acting buttons off while the page is old, and on again. */
export function off() {
  for (const b of document.querySelectorAll('[data-acts]')) {
    if (state === 'lost') {
      b.setAttribute('aria-disabled', 'true');
      b.setAttribute('title', WHY);
    } else if (b.getAttribute('title') === WHY) {
      b.removeAttribute('aria-disabled');
      b.removeAttribute('title');
    }
  }
}

/** @param {Element | null | undefined} el @param {string} text */
function put(el, text) {
  if (el && el.textContent !== text) el.textContent = text;
}

function paint() {
  const el = byId('link');
  if (!el) return;
  const blind = el.dataset.blind;
  const kind = state === 'live' && blind ? 'blindl' : state;
  el.className = `link ${kind === 'live' ? '' : kind}`;
  put(el.querySelector('b'), {live: t('Live'), wait: t('Connecting'), lost: t('Not live'), blindl: t('Blind')}[kind]);
  const tail = el.querySelector('span');
  tail?.setAttribute('aria-hidden', 'true');
  put(tail, {live: t('heard %s ago', age(Date.now() - heard)), wait: '', lost: t('since %s', clock(since)), blindl: blind ?? ''}[kind]);
  if (state !== 'lost') return;
  put(byId('link-lost'), t('Not live since %s (%s), reconnecting.', clock(since), age(serverNow() - since)));
  const left = Math.ceil((nextTry - Date.now()) / 1000);
  put(byId('link-next'), nextTry && left > 0 ? t('Next try in %d s, attempt %d', left, tries) : t('Trying, attempt %d', tries));
}

/** Connects, and keeps at it for as long as the page lives. */
export function start() {
  if (seq < 0) return;
  paint();
  open();
  setInterval(watch, 1000);
  addEventListener('offline', cut);
  addEventListener('online', () => (socket ? probe() : retry()));
  addEventListener('pagehide', leave);
  addEventListener('pageshow', (e) => e.persisted && location.reload());
  document.addEventListener('visibilitychange', () => !document.hidden && state === 'live' && probe());
  byId('link-retry')?.addEventListener('click', () => !socket && open());
}
