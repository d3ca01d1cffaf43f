// Where a row belongs, and how many of what came are said. Pure.

/**
 * The place of an order among orders that ascend: the index of the first one
 * that is later, their number where none is.
 * @param {string[]} orders
 * @param {string} order
 */
export function before(orders, order) {
  let low = 0, high = orders.length;
  while (low < high) {
    const mid = (low + high) >> 1;
    if (orders[mid] > order) high = mid;
    else low = mid + 1;
  }
  return low;
}

/**
 * "2 critical, 1 high", in the order in which the words first come.
 * @param {string[]} words
 */
export function summaryOf(words) {
  /** @type {Map<string, number>} */
  const by = new Map();
  for (const w of words) by.set(w, (by.get(w) ?? 0) + 1);
  return [...by].map(([w, n]) => `${n} ${w}`).join(', ');
}
