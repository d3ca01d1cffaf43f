import assert from 'node:assert/strict';
import {test} from 'node:test';
import {before, summaryOf} from '../order.js';

test('a row stands before the first later one, behind equals', () => {
  assert.equal(before([], 'b'), 0);
  assert.equal(before(['a', 'c'], 'b'), 1);
  assert.equal(before(['a', 'c'], 'a'), 1);
  assert.equal(before(['a', 'c'], 'd'), 2);
  assert.equal(before(['b'], 'a'), 0);
});

test('a hundred rows in any order come out sorted', () => {
  const orders = Array.from({length: 100}, (_, i) => String((i * 37) % 100).padStart(3, '0'));
  /** @type {string[]} */
  const list = [];
  for (const o of orders) list.splice(before(list, o), 0, o);
  assert.deepEqual(list, [...orders].sort());
});

test('what came is summed up by kind', () => {
  assert.equal(summaryOf(['critical', 'high', 'critical']), '2 critical, 1 high');
  assert.equal(summaryOf([]), '');
});
