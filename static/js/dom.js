// What the other modules share: putting the server's fragments into the page,
// keeping the reader's place, and saying things.

/**
 * The one policy of the page (Trusted Types). Only bytes that our own server
 * rendered and sent over our own socket or answer reach it.
 * @type {{createHTML: (s: string) => string} | undefined}
 */
const policy = /** @type {any} */ (globalThis).trustedTypes?.createPolicy('driftwatch', {
  createHTML: (/** @type {string} */ s) => s,
});

/**
 * @param {string} html one element, rendered by the server
 * @returns {HTMLElement | null}
 */
export function parse(html) {
  const t = document.createElement('template');
  t.innerHTML = policy ? policy.createHTML(html) : html;
  return /** @type {HTMLElement | null} */ (t.content.firstElementChild);
}

/** @param {string} id */
export const byId = (id) => document.getElementById(id);

/**
 * What must not move: the row under the pointer or with the focus, else
 * nothing.
 * @returns {Element | null}
 */
function held() {
  const rows = document.querySelectorAll('main [id]:hover, main [id]:focus-within');
  return rows.length ? rows[rows.length - 1] : document.querySelector('main > *');
}

/**
 * Changes the page and scrolls by as much as what the reader looks at moved.
 * @template T
 * @param {() => T} change
 * @returns {T}
 */
export function hold(change) {
  const el = held();
  const before = el?.getBoundingClientRect().top ?? 0;
  const out = change();
  const now = el && el.isConnected ? el : el?.id ? byId(el.id) : null;
  const by = now ? now.getBoundingClientRect().top - before : 0;
  if (by) scrollBy({top: by, behavior: 'instant'});
  return out;
}

/**
 * Puts a fragment in the place of the element with its id. The focus stays on
 * the same control, or goes to the first one left.
 * @param {HTMLElement} old
 * @param {HTMLElement} now
 */
export function swap(old, now) {
  const on = document.activeElement;
  const inside = on && old.contains(on);
  const name = inside ? on.getAttribute('name') ?? on.className : '';
  const open = new Set([...old.querySelectorAll('details[open][id]')].map((d) => d.id));
  keepTyped(old, now);
  old.replaceWith(now);
  for (const id of open) byId(id)?.setAttribute('open', '');
  if (!inside) return;
  const all = [...now.querySelectorAll('a[href],button,input,textarea,select,summary')];
  const same = all.find((e) => (e.getAttribute('name') ?? e.className) === name) ?? all[0];
  if (same instanceof HTMLElement) same.focus({preventScroll: true});
}

/**
 * Carries what somebody has typed or chosen into the new element: nothing is lost because an alert
 * changed meanwhile.
 * @param {HTMLElement} old
 * @param {HTMLElement} now
 */
function keepTyped(old, now) {
  for (const e of old.querySelectorAll('textarea,select,input:not([type=hidden])')) {
    const field = /** @type {HTMLInputElement} */ (e);
    const form = field.form?.getAttribute('action');
    if (!form || !field.name) continue;
    const heir = now.querySelector(`form[action="${form}"] [name="${field.name}"]`);
    if (heir instanceof HTMLElement && 'value' in heir && field.value) heir.value = field.value;
  }
}

/** @param {string} text read aloud, once */
export function say(text) {
  const el = byId('say');
  if (el) el.textContent = text;
}

/**
 * A message bottom right; it pushes nothing and goes by itself.
 * @param {string} text
 */
export function toast(text) {
  const box = byId('toasts');
  if (!box) return;
  const el = document.createElement('div');
  el.className = 'toast';
  el.textContent = text;
  const x = document.createElement('button');
  x.type = 'button';
  x.className = 'btn sm';
  x.textContent = 'Close';
  x.addEventListener('click', () => el.remove());
  el.append(x);
  box.append(el);
  while (box.childElementCount > 3) box.firstElementChild?.remove();
  setTimeout(() => el.remove(), 10_000);
}
