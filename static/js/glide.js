// What makes room for something new moves there in a moment instead of
// jumping: the eye can follow, and nothing on the screen shifts in one frame.

const MOVES = '.board > *, .split > *, #alerts, #alerts > *, #alerts .rows > *, #alerts ~ *';
const TIME = 160;

/** @type {WeakMap<Element, Animation>} */
const under_way = new WeakMap();

/** By id, because an element may be replaced by a newer one. @param {Element} e @returns {string | Element} */
const key = (e) => e.id || e;

/** What is on the screen or within a screen of it. */
function near() {
  return [...document.querySelectorAll(MOVES)].map((e) => ({e, r: e.getBoundingClientRect()}))
    .filter(({r}) => r.height && r.top < 2 * innerHeight && r.bottom > -innerHeight);
}

/**
 * Changes the page, and lets what moved by it glide from where it was seen.
 * @param {() => void} change
 */
export function glide(change) {
  if (document.hidden || matchMedia('(prefers-reduced-motion: reduce)').matches) return change();
  const before = new Map(near().map(({e, r}) => [key(e), r.top]));
  change();
  /** @type {Map<Element, number>} by how much each is elsewhere */
  const by = new Map();
  const now = [...document.querySelectorAll(MOVES)].filter((e) => before.has(key(e)));
  for (const e of now) under_way.get(e)?.cancel();
  for (const e of now) by.set(e, (before.get(key(e)) ?? 0) - e.getBoundingClientRect().top);
  for (const [e, own] of by) {
    const around = e.parentElement?.closest(MOVES);
    const d = own - (around && by.get(around) || 0);
    if (Math.abs(d) < 0.5) continue;
    under_way.set(e, e.animate([{transform: `translateY(${d}px)`}, {transform: 'none'}], {duration: TIME, easing: 'ease-out'}));
  }
}
