// Where the crosshair of a chart stands: without a page, so that it is tested alone.

/**
 * The place nearest to where the pointer is; of two equally near the first.
 * @param {number[]} places in order
 * @param {number} at
 * @returns {number} an index; -1 where there is no place
 */
export function nearest(places, at) {
  let best = -1;
  for (let i = 0; i < places.length; i++) {
    if (best < 0 || Math.abs(places[i] - at) < Math.abs(places[best] - at)) best = i;
  }
  return best;
}

/**
 * Where a key leads: arrows to the neighbour, Home and End to the ends, from
 * nowhere to the newest; Escape away (-1).
 * @param {string} key
 * @param {number} now the present index, -1 for none
 * @param {number} n how many there are
 * @returns {number | undefined} undefined for another key
 */
export function step(key, now, n) {
  const by = {ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1}[key];
  if (by) return now < 0 ? n - 1 : Math.min(Math.max(now + by, 0), n - 1);
  return {Home: 0, End: n - 1, Escape: -1}[key];
}

/**
 * What a row says: its name, then each value with its heading.
 * @param {string[]} heads
 * @param {string[]} cells
 */
export function sentence(heads, cells) {
  return cells.map((c, i) => (i ? `${heads[i]} ${c}` : c)).join(', ');
}
