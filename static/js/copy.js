// Text to take elsewhere goes into the clipboard by its button. Where the browser gives scripts no
// clipboard (a plain http address) the text is marked, and the browser's own command copies it.

import {say} from './dom.js';
import {t} from './text.js';

/** How long a button says that it has copied. */
const SAYS = 2000;

/** @param {Element} text */
function mark(text) {
  const all = document.createRange();
  all.selectNodeContents(text);
  getSelection()?.removeAllRanges();
  getSelection()?.addRange(all);
}

/** @param {HTMLElement} button */
async function copy(button) {
  const text = button.parentElement?.querySelector('.cmd');
  if (!text) return;
  try {
    await navigator.clipboard.writeText(text.textContent ?? '');
  } catch {
    mark(text);
    if (!document.execCommand('copy')) return say(t('Marked. Copy it with your keyboard.'));
  }
  const was = button.textContent;
  if (was === t('Copied')) return;
  button.textContent = t('Copied');
  say(t('Copied'));
  setTimeout(() => (button.textContent = was), SAYS);
}

export function start() {
  for (const b of document.querySelectorAll('[data-copy]')) {
    if (!(b instanceof HTMLElement)) continue;
    b.hidden = false;
    b.addEventListener('click', () => copy(b));
  }
}
