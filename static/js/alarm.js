// What interrupts people: three sounds of our own, desktop notifications, and
// the count in the title and the icon. What interrupts is decided by the
// server (/alarm); an event is the reason to ask it, so that a burst of a
// hundred alerts is one question and one sound.
//
// Of several tabs one sounds: the one that holds a lock of the browser. A tab
// asks for it once it may sound.

import {byId, say, toast} from './dom.js';
import {link} from './live.js';
import {mutedUntil, Policy} from './policy.js';
import {t} from './text.js';
import {clock} from './time.js';

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
const keep = {
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
const mayNotify = () => 'Notification' in globalThis && Notification.permission === 'granted' && keep.get('notify') === 'on';

/** @param {'sound' | 'notify'} what becomes this tab's when no other has it, for as long as the tab lives */
function lead(what) {
  if (first[what]) return;
  if (!navigator.locks) first[what] = true; // without TLS there are no locks: each tab speaks
  else navigator.locks.request(`driftwatch-${what}`, () => {
    first[what] = true;
    return new Promise(() => {});
  });
}

/** @param {Level} level */
function play(level) {
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

/** Begins to sound, as far as the browser lets it: after a click it does. */
async function wake() {
  audio ??= new AudioContext();
  const begun = audio.resume();
  await Promise.race([begun, new Promise((r) => setTimeout(r, 300))]).catch(() => {});
  if (audio.state === 'running') lead('sound');
  paint();
}

function sound() {
  if (keep.get('sound') !== 'on') return;
  const level = policy.sound(performance.now(), muted());
  if (level && first.sound) play(level);
}

/** @param {Loud} l */
function notify(l) {
  const n = new Notification(l.name ?? 'Driftwatch', {body: l.text, tag: `alert-${l.id}`, icon: icon(0)});
  n.addEventListener('click', () => {
    focus();
    location.assign(`/alerts/${l.id}`);
    n.close();
  });
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
/** Asks once the burst is over, or after half a second of it. */
function ask() {
  asked ??= setTimeout(look, 300 + Math.random() * 200);
}

async function look() {
  try {
    const r = await fetch('/alarm', {headers: {Accept: 'application/json'}, redirect: 'error', signal: AbortSignal.timeout(8000)});
    if (!r.ok) return;
    const {unacknowledged, loud} = await r.json();
    const fresh = policy.hear(loud, performance.now());
    badge(unacknowledged);
    sound();
    if (mayNotify() && first.notify && (document.hidden || !document.hasFocus())) {
      fresh.slice(0, 3).forEach(notify);
      if (fresh.length > 3) notify({...fresh[0], text: t('%d alerts came at once. This is the worst.', fresh.length)});
    }
  } catch { /* the next event asks again; a dead link shows as such */ } finally {
    asked = undefined;
  }
}

/** Says how things stand, and what is not so. */
function paint() {
  const box = byId('alarm');
  if (!box) return;
  const wished = keep.get('sound') === 'on', running = audio?.state === 'running';
  const until = Number(keep.get('mute'));
  const s = !wished ? t('Sound is off in this browser.')
    : !running ? t('Sound is wished, but this browser has not allowed it on this page yet. A click anywhere allows it.')
      : muted() ? t('Sound is muted until %s.', clock(until).slice(0, 5)) : t('Sound is on.');
  const n = !('Notification' in globalThis) ? t('This browser has no notifications here.')
    : Notification.permission === 'denied' ? t('The browser refuses notifications. Its settings for this page allow them again.')
      : mayNotify() ? t('Notifications are on.') : t('Notifications are off.');
  put('alarm-sound', s);
  put('alarm-notify', n);
  box.dataset.state = !wished ? 'off' : !running ? 'blocked' : muted() ? 'mute' : 'on';
  for (const b of box.querySelectorAll('[data-alarm]')) {
    const what = b.getAttribute('data-alarm');
    if (what === 'sound') b.setAttribute('aria-pressed', String(wished));
    if (what === 'notify') b.setAttribute('aria-pressed', String(mayNotify()));
  }
}

/** @param {string} id @param {string} text */
function put(id, text) {
  const e = byId(id);
  if (e && e.textContent !== text) e.textContent = text;
}

/** What the popover's buttons do. @type {Record<string, (value: string) => unknown>} */
const does = {
  sound: () => keep.set('sound', keep.get('sound') === 'on' ? '' : 'on'),
  mute: (v) => keep.set('mute', String(mutedUntil(v, new Date()))),
  test: async (v) => {
    await wake();
    if (audio?.state === 'running') play(/** @type {Level} */ (v));
    else toast(t('The browser did not let this page sound. Look at its settings for sound.'));
  },
  notify: async () => {
    if (!('Notification' in globalThis)) return;
    if (Notification.permission === 'default') await Notification.requestPermission();
    keep.set('notify', keep.get('notify') === 'on' ? '' : 'on');
    if (mayNotify()) lead('notify');
  },
  'test-notify': () => {
    if (mayNotify()) new Notification(t('A test from Driftwatch'), {body: t('A new alert looks like this.'), tag: 'test', icon: icon(0)});
    else toast(t('Allow notifications first.'));
  },
};

export function start() {
  const box = byId('alarm');
  if (!box) return;
  look();
  link.addEventListener('message', (e) => {
    const {type} = /** @type {CustomEvent<import('./live.js').Message>} */ (e).detail;
    if (/ALERT|DRIFT|SETTINGS/.test(type)) ask();
  });
  setInterval(sound, 1000);
  setInterval(paint, 5000);
  box.addEventListener('click', async (e) => {
    const b = e.target instanceof Element ? e.target.closest('[data-alarm]') : null;
    if (!b) return;
    await does[b.getAttribute('data-alarm') ?? '']?.(b.getAttribute('value') ?? '');
    if (keep.get('sound') === 'on') await wake();
    paint();
    say(byId('alarm-sound')?.textContent ?? '');
  });
  // The browser allows sound by a click or a key anywhere in the page.
  const allow = () => keep.get('sound') === 'on' && audio?.state !== 'running' && wake();
  addEventListener('pointerdown', allow);
  addEventListener('keydown', allow);
  addEventListener('storage', paint);
  if (keep.get('sound') === 'on') wake();
  if (mayNotify()) lead('notify');
  paint();
}
