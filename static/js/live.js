// The live link. The socket carries events after a sequence number; this
// module keeps it, says honestly whether it is kept, and hands events on.
//
// A dead link is found by three signs: the socket closes; the browser is
// offline; nothing came over the socket for QUIET, and a new socket that goes
// on from the last event does not open within ANSWER, or /readyz does not say
// yes (a lost database answers 503). A half-open connection looks like a quiet
// night, other connections work beside it, and pings are invisible to scripts:
// only a new socket proves that nothing was missed. So a page that looks live
// lacks nothing older than QUIET + ANSWER, and a tick.

import {byId, hold, say, toast} from './dom.js';
import {t} from './text.js';
import {age, clock, serverNow} from './time.js';

/** @typedef {{seq?: number, type: string, tenant?: string, at?: string, alert?: any, html?: Record<string, string>}} Message */

const ANSWER = 5_000, SETTLE = 200, AGAIN = 15_000;
/** 20 seconds at most; each page its own, so that not all of them ask at once after the same event. */
const QUIET = 20_000 - 5_000 * Math.random();
/** The closing code of web/live for a session or a role that ended, and ours for events that are others. */
const REVOKED = 4401, RESET = 4000;
/** A page is not loaded anew sooner than that after it was, so that it never goes round in a circle. */
const CIRCLE = 5_000;
const root = document.documentElement;

/** Events of this module: 'message' with a Message as detail, 'state'. */
export const link = new EventTarget();

let seq = Number(root.dataset.seq ?? -1);
/** @type {WebSocket | null} the one that is open */
let socket = null;
/** @type {WebSocket | null} the one that is being opened, beside the other or instead of it */
let coming = null;
/** @type {'wait' | 'live' | 'lost'} */
let state = 'wait';
let since = serverNow(), heard = Date.now(), lastTick = Date.now();
let tries = 0, nextTry = 0, probing = false, leaving = false;
/** Whether only a new page helps: the session or the role ended, or the events are others. */
let ended = false;
/** @type {number | undefined} */
let timer;
/** @type {number | undefined} */
let settling;

export const stale = () => state === 'lost';
export const WHY = t('Off: the link to the server is lost. It comes back on by itself.');

function open() {
  clearTimeout(timer);
  nextTry = 0;
  if (ended) {
    timer = setTimeout(retry, AGAIN); // where the new page does not come
    return location.reload();
  }
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
  const ws = coming = new WebSocket(`${scheme}://${location.host}/ws?since=${seq}`);
  /** @param {number} code the closing code; of a socket that was replaced or given up it says nothing */
  const end = (code) => {
    clearTimeout(gaveUp);
    if (!leaving && (ws === socket || ws === coming)) lose(code);
  };
  const gaveUp = setTimeout(() => end(1006), ANSWER);
  ws.addEventListener('open', () => {
    clearTimeout(gaveUp);
    if (ws !== coming) return ws.close(1000);
    socket?.close(1000);
    [socket, coming] = [ws, null];
    heard = Date.now();
    settle();
  });
  ws.addEventListener('message', (e) => {
    if (ws !== socket) return;
    heard = Date.now();
    if (state !== 'live') settle();
    receive(JSON.parse(e.data));
  });
  ws.addEventListener('close', (e) => end(e.code));
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

/**
 * Does something with what the browser stores, where it may: a browser that blocks storage throws.
 * @template T @param {() => T} what @returns {T | undefined}
 */
function keep(what) {
  try {
    return what();
  } catch {
    return undefined;
  }
}

/** Gives up what is open or opening without waiting for it to agree. @param {number} code the socket's closing code */
function lose(code) {
  const old = [socket, coming];
  socket = coming = null;
  for (const ws of old) ws?.close();
  clearTimeout(settling);
  if (state !== 'lost') {
    since = serverNow();
    show('lost');
  }
  ended ||= code === REVOKED || code === RESET;
  if (code === REVOKED) keep(() => sessionStorage.setItem('driftwatch-ended', String(Date.now())));
  const wait = ended
    ? Math.max(0, CIRCLE - performance.now())
    : Math.min(AGAIN, 400 * 1.7 ** tries++) * (0.5 + Math.random() / 2);
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
  if (!socket && !coming) open();
}

/** @param {Message} m */
function receive(m) {
  if (m.type === 'RESET') return lose(RESET);
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
  } catch {
    cut();
  } finally {
    probing = false;
  }
}

/** Looks whether the link still is one. */
function prove() {
  probe();
  if (!coming) open();
}

const cut = () => socket && lose(1006);

function watch() {
  const now = Date.now();
  const slept = now - lastTick > 10_000;
  lastTick = now;
  if (state === 'live' && (slept || now - heard > QUIET)) prove();
  paint();
}

/**
 * A page that the browser keeps for its back button must not come back as it
 * was: alerts have moved on, and whoever sat here may have signed out.
 * @param {PageTransitionEvent} e
 */
function leave(e) {
  leaving = true;
  if (state === 'live') keep(() => localStorage.setItem('driftwatch-heard', String(heard))); // for the page that says "offline"
  socket?.close(1000);
  coming?.close();
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

/** Says once, on the page that came instead, why the one before went. */
function sayEnded() {
  const at = Number(keep(() => sessionStorage.getItem('driftwatch-ended')));
  keep(() => sessionStorage.removeItem('driftwatch-ended'));
  if (at && Date.now() - at < 60_000) toast(t('Your rights have changed. This page shows what you may do now.'));
}

/** Connects, and keeps at it for as long as the page lives. */
export function start() {
  if (seq < 0) return;
  paint();
  sayEnded();
  open();
  setInterval(watch, 1000);
  addEventListener('offline', cut);
  addEventListener('online', () => (socket ? prove() : retry()));
  addEventListener('pagehide', leave);
  addEventListener('pageshow', (e) => e.persisted && location.reload());
  document.addEventListener('visibilitychange', () => !document.hidden && state === 'live' && prove());
  byId('link-retry')?.addEventListener('click', () => !socket && !coming && open());
}
