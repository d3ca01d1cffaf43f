// What stands under the bell: how sound and notifications are, what the browser
// has not allowed, and the buttons that change it.

import {keep, lead, mayNotify, play, state, tell, wake} from './alarm.js';
import {byId, say, toast} from './dom.js';
import {mutedUntil} from './mute.js';
import {t} from './text.js';
import {clock} from './time.js';

const sound = () => ({
  off: t('Sound is off in this browser.'),
  blocked: t('Sound is wished, but this browser has not allowed it on this page yet. A click anywhere allows it.'),
  mute: t('Sound is muted until %s.', clock(Number(keep.get('mute'))).slice(0, 5)),
  on: t('Sound is on.'),
})[state()];

function notifications() {
  if (!('Notification' in globalThis)) return t('This browser has no notifications here.');
  if (Notification.permission === 'denied') return t('The browser refuses notifications. Its settings for this page allow them again.');
  return mayNotify() ? t('Notifications are on.') : t('Notifications are off.');
}

/** @param {string} id @param {string} text */
function put(id, text) {
  const e = byId(id);
  if (e && e.textContent !== text) e.textContent = text;
}

/** Says how things stand. */
export function paint() {
  put('alarm-sound', sound());
  put('alarm-notify', notifications());
  const pressed = {sound: state() !== 'off', notify: mayNotify()};
  for (const [what, on] of Object.entries(pressed)) document.querySelector(`[data-alarm=${what}]`)?.setAttribute('aria-pressed', String(on));
}
setInterval(() => byId('alarm')?.hasAttribute('open') && paint(), 1000);

/** @type {Record<string, (value: string) => unknown>} */
const does = {
  sound: () => keep.set('sound', keep.get('sound') === 'on' ? '' : 'on'),
  mute: (v) => keep.set('mute', String(mutedUntil(v, new Date()))),
  test: async (v) => {
    if (await wake()) play(/** @type {import('./policy.js').Level} */ (v));
    else toast(t('The browser did not let this page sound. Look at its settings for sound.'));
  },
  notify: async () => {
    if (!('Notification' in globalThis)) return;
    if (Notification.permission === 'default') await Notification.requestPermission();
    keep.set('notify', keep.get('notify') === 'on' ? '' : 'on');
    if (mayNotify()) lead('notify');
  },
  'test-notify': () => {
    if (mayNotify()) tell(t('A test from Driftwatch'), {body: t('A new alert looks like this.'), tag: 'test'});
    else toast(t('Allow notifications first.'));
  },
};

/** Does what a button says. @param {Element} button */
export async function act(button) {
  const what = button.getAttribute('data-alarm') ?? '';
  await does[what]?.(button.getAttribute('value') ?? '');
  if (keep.get('sound') === 'on') await wake();
  paint();
  say(what === 'notify' ? notifications() : sound());
}
