import assert from 'node:assert/strict';
import {test} from 'node:test';

await import('./page.js');
const {press} = await import('../keys.js');
const {best, fits} = await import('../palette.js');
const {changes} = await import('../select.js');
const {age} = await import('../time.js');

test('g waits for a letter, and not for ever', () => {
  assert.deepEqual(press(0, 'j', 1000), {act: 'j'});
  assert.deepEqual(press(0, 'g', 1000), {wait: 1000});
  assert.deepEqual(press(1000, 'm', 1200), {go: 'm'});
  assert.deepEqual(press(1000, 'Escape', 1200), {});
  assert.deepEqual(press(1000, 'a', 9000), {act: 'a'});
  assert.deepEqual(press(1000, 'g', 9000), {wait: 9000});
});

test('every word has to be found, one that begins a word is worth more', () => {
  assert.equal(fits('Models', 'x'), 0);
  assert.equal(fits('acme fraud_detector', 'acme churn'), 0);
  assert.ok(fits('acme fraud_detector', 'ac fr') > fits('acme fraud_detector', 'cm ud'));
  assert.ok(fits('Models', '') > 0);
  const items = ['Settings', 'Sign out', 'Models'].map((label) => ({label, kind: ''}));
  assert.deepEqual(best(items, 's').map((i) => i.label), ['Settings', 'Sign out', 'Models']);
  assert.deepEqual(best(items, 'out').map((i) => i.label), ['Sign out']);
});

test('a move changes what it can change', () => {
  const statuses = ['NEW', 'ACKNOWLEDGED', 'ESCALATED', 'RESOLVED', undefined];
  assert.equal(changes('acknowledge', statuses), 2);
  assert.equal(changes('resolve', statuses), 4);
});

test('ages of at most two units', () => {
  assert.equal(age(-5), '0\u00a0s');
  assert.equal(age(59_999), '59\u00a0s');
  assert.equal(age(60_000), '1\u00a0m');
  assert.equal(age(3_600_000), '1\u00a0h');
  assert.equal(age(72 * 60_000), '1\u00a0h 12\u00a0m');
  assert.equal(age(54 * 3_600_000), '2\u00a0d 6\u00a0h');
  assert.equal(age(2000 * 86_400_000), '2,000\u00a0d');
});
