// What interrupts people: three sounds of our own, desktop notifications, and
// the count in the title and the icon. What interrupts is decided by the
// server (/alarm); an event is the reason to ask it, so that a burst of a
// hundred alerts is one question and one sound.
//
// Of several tabs one sounds: the one that holds a lock of the browser. A tab
// asks for it once it may sound.

import {byId} from './dom.js';
import {link, stale} from './live.js';
import {Policy} from './policy.js';
import {t} from './text.js';

/** @typedef {import('./policy.js').Level} Level */
/** @typedef {import('./policy.js').Loud} Loud */

/** Tones as [hertz, begin, seconds], and their wave. @type {Record<Level, {wave: OscillatorType, tones: [number, number, number][]}>} */
const SOUNDS = {
  critical: {wave: 'triangle', tones: [[988, 0, 0.14], [740, 0.17, 0.14], [988, 0.34, 0.14], [740, 0.51, 0.22]]},
  high: {wave: 'sine', tones: [[587, 0, 0.16], [784, 0.2, 0.3]]},
  blind: {wave: 'sine', tones: [[330, 0, 0.35], [311, 0.4, 0.55]]},
};

const policy = new Policy();
/** @type {AudioContext | null} */
let audio = null;
/** Whether this tab is the one that sounds, and the one that notifies. */
const first = {sound: false, notify: false};
/** What the browser keeps: until when it is mute, whether sound and notifications are wished. */
export const keep = {
  /** @param {string} k */
  get: (k) => {
    try {
      return localStorage.getItem(`driftwatch-${k}`) ?? '';
    } catch {
      return ''; // a browser that keeps nothing forgets the choice with the page
    }
  },
  /** @param {string} k @param {string} v */
  set: (k, v) => {
    try {
      localStorage.setItem(`driftwatch-${k}`, v);
    } catch { /* as above */ }
  },
};
const muted = () => Number(keep.get('mute')) > Date.now();
export const mayNotify = () => 'Notification' in globalThis && Notification.permission === 'granted' && keep.get('notify') === 'on';

/** @param {'sound' | 'notify'} what becomes this tab's when no other has it, for as long as the tab lives */
export function lead(what) {
  if (first[what]) return;
  if (!navigator.locks) first[what] = true; // without TLS there are no locks: each tab speaks
  else navigator.locks.request(`driftwatch-${what}`, () => {
    first[what] = true;
    return new Promise(() => {});
  });
}

/** @param {Level} level */
export function play(level) {
  if (audio?.state !== 'running') return;
  const {wave, tones} = SOUNDS[level];
  for (const [hertz, begin, length] of tones) {
    const tone = audio.createOscillator(), gain = audio.createGain();
    const at = audio.currentTime + begin + 0.02;
    tone.type = wave;
    tone.frequency.value = hertz;
    gain.gain.setValueAtTime(0, at);
    gain.gain.linearRampToValueAtTime(0.3, at + 0.02);
    gain.gain.exponentialRampToValueAtTime(0.001, at + length);
    tone.connect(gain).connect(audio.destination);
    tone.start(at);
    tone.stop(at + length);
  }
  document.documentElement.dataset.sounded = String(Number(document.documentElement.dataset.sounded ?? 0) + 1);
}

/** Begins to sound; false where the browser does not let it. After a click it does. */
export async function wake() {
  audio ??= new AudioContext();
  const begun = audio.resume();
  await Promise.race([begun, new Promise((r) => setTimeout(r, 300))]).catch(() => {});
  const may = audio.state === 'running';
  if (may) lead('sound');
  paint();
  return may;
}

function sound() {
  if (keep.get('sound') !== 'on') return;
  const level = policy.sound(performance.now(), muted());
  if (level && first.sound) play(level);
}

/** @param {Loud} l */
const notify = (l) => tell(l.name ?? 'Driftwatch', {body: l.text, tag: `alert-${l.id}`, data: `/alerts/${l.id}`});

/**
 * Shows a notification, which leads to the page in its data. On a phone only
 * the worker may show one.
 * @param {string} title
 * @param {NotificationOptions} o
 */
export function tell(title, o) {
  o = {...o, icon: icon(0)};
  try {
    const n = new Notification(title, o);
    n.addEventListener('click', () => {
      focus();
      if (o.data) location.assign(o.data);
      n.close();
    });
  } catch {
    navigator.serviceWorker?.ready.then((w) => w.showNotification(title, o));
  }
}

/** @param {number} n @returns {string} the icon with a count */
const icon = (n) => `/icon/${Math.min(n, 100)}.svg`;

/** How many alerts nobody has acknowledged, once the server has said it. @type {number | undefined} */
let open;

/** The title of the page, with the count as it is known. @param {string} title */
export function retitle(title) {
  const plain = open === undefined ? title : title.replace(/^\(\d+\) /, '');
  const now = open ? `(${open}) ${plain}` : plain;
  if (document.title !== now) document.title = now;
}

/** @param {number} n the count goes into the icon and the title */
function badge(n) {
  open = n;
  retitle(document.title);
  const el = document.querySelector('link[rel=icon]');
  if (el && el.getAttribute('href') !== icon(n)) el.setAttribute('href', icon(n));
}

/** @type {number | undefined} */
let asked;
/** How soon it is asked again where no answer came; a link that is lost asks once it is back. */
const AGAIN = 4000;
/** Asks once the burst is over, or after half a second of it. */
function ask() {
  asked ??= setTimeout(look, 300 + Math.random() * 200);
}

async function look() {
  try {
    const r = await fetch('/alarm', {headers: {Accept: 'application/json'}, redirect: 'error', signal: AbortSignal.timeout(8000)});
    if (!r.ok) throw new Error(String(r.status));
    const {unacknowledged, loud} = await r.json();
    const fresh = policy.hear(loud, performance.now());
    badge(unacknowledged);
    sound();
    if (mayNotify() && first.notify && (document.hidden || !document.hasFocus())) {
      fresh.slice(0, 3).forEach(notify);
      if (fresh.length > 3) notify({...fresh[0], text: t('%d alerts came at once. This is the worst.', fresh.length)});
    }
    asked = undefined;
  } catch {
    asked = stale() ? undefined : setTimeout(look, AGAIN); // an event whose answer was lost must not stay silent
  }
}

/** What the icon in the top bar shows. @returns {'off' | 'blocked' | 'mute' | 'on'} */
export const state = () => (keep.get('sound') !== 'on' ? 'off' : audio?.state !== 'running' ? 'blocked' : muted() ? 'mute' : 'on');

function paint() {
  const box = byId('alarm');
  if (box && box.dataset.state !== state()) box.dataset.state = state();
}

export function start() {
  const box = byId('alarm');
  if (!box) return;
  look();
  link.addEventListener('message', (e) => {
    const {type} = /** @type {CustomEvent<import('./live.js').Message>} */ (e).detail;
    if (/ALERT|DRIFT|SETTINGS/.test(type)) ask();
  });
  link.addEventListener('state', () => stale() || ask());
  setInterval(() => {
    sound();
    paint();
  }, 1000);
  box.addEventListener('toggle', () => import('./popover.js').then((m) => m.paint()));
  box.addEventListener('click', (e) => {
    const b = e.target instanceof Element ? e.target.closest('[data-alarm]') : null;
    if (b) import('./popover.js').then((m) => m.act(b));
  });
  // The browser allows sound by a click or a key anywhere in the page.
  const allow = () => state() === 'blocked' && wake();
  addEventListener('pointerdown', allow);
  addEventListener('keydown', allow);
  addEventListener('storage', paint);
  allow();
  if (mayNotify()) lead('notify');
}
