// What makes room for something new moves there in a moment instead of
// jumping: the eye can follow, and nothing on the screen shifts in one frame.

const MOVES = '.board > *, .split > *, #alerts, #alerts > *, #alerts .rows > *, #alerts ~ *';
const TIME = 160, FRAME = 16;

/** By id, because an element may be replaced by a newer one. @param {Element} e @returns {string | Element} */
const key = (e) => e.id || e;

const all = () => [...document.querySelectorAll(MOVES)];

/** Where that stands which is on the screen or within a screen of it. */
function near() {
  return new Map(all().map((e) => ({e, r: e.getBoundingClientRect()}))
    .filter(({r}) => r.height && r.top < 2 * innerHeight && r.bottom > -innerHeight).map(({e, r}) => [key(e), r.top]));
}

/** The last ones that began. @type {Animation[]} */
let moving = [];
let atRest = true;

/** For so long at most a press holds the page still: a hand may lie on it. */
const PRESS = 1500;
let pressed = -PRESS;

/**
 * Whether a change should wait: something still glides, and what moves anew
 * under way counts as a jump; or a button is held down, and a click on what was
 * replaced before it is let go does nothing.
 */
export const unsettled = () => !document.hidden && (!atRest || performance.now() - pressed < PRESS);

/** Watches the pointer. */
export function start() {
  addEventListener('pointerdown', () => { pressed = performance.now(); }, true);
  for (const end of ['pointerup', 'pointercancel']) addEventListener(end, () => setTimeout(() => { pressed = -PRESS; }), true);
}

/** At rest is what was drawn at its place once. */
async function settle() {
  const mine = moving;
  atRest = !mine.length;
  await Promise.allSettled(mine.map((a) => a.finished));
  requestAnimationFrame(() => setTimeout(() => {
    if (mine === moving) atRest = true;
  }));
}

/** Comes back once a change may come. */
export async function rest() {
  while (unsettled()) await new Promise((r) => setTimeout(r, FRAME));
}

/**
 * Changes the page, and lets what moved by it glide from where it was seen.
 * @param {() => void} change
 */
export function glide(change) {
  if (document.hidden || matchMedia('(prefers-reduced-motion: reduce)').matches) return change();
  const before = near();
  change();
  for (const a of moving) a.cancel();
  moving = [];
  /** @type {Map<Element, number>} by how much each is elsewhere */
  const by = new Map();
  for (const e of all()) {
    const top = before.get(key(e));
    if (top !== undefined) by.set(e, top - e.getBoundingClientRect().top);
  }
  for (const [e, own] of by) {
    const around = e.parentElement?.closest(MOVES);
    const d = own - (around && by.get(around) || 0);
    if (Math.abs(d) >= 0.5) moving.push(e.animate([{transform: `translateY(${d}px)`}, {transform: 'none'}], {duration: TIME, easing: 'ease-out'}));
  }
  settle();
}
