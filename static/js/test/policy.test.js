import assert from 'node:assert/strict';
import {test} from 'node:test';
import {mutedUntil} from '../mute.js';
import {AGAIN, BURST, Policy} from '../policy.js';

/** @param {number} id @param {import('../policy.js').Level} level */
const loud = (id, level) => ({id, level});

test('what was there when the page opened is no news', () => {
  const p = new Policy();
  assert.deepEqual(p.hear([loud(1, 'high')], 0), []);
  assert.equal(p.sound(0, false), null);
  assert.equal(p.sound(AGAIN * 10, false), null);
});

test('a hundred alerts in one second are one sound, that of the worst', () => {
  const p = new Policy();
  p.hear([], 0);
  const heard = [];
  /** @type {import('../policy.js').Loud[]} */
  const list = [];
  for (let i = 0; i < 100; i++) {
    list.push(loud(i, i ? 'high' : 'critical'));
    p.hear([...list], 10_000 + i * 10);
    const s = p.sound(10_000 + i * 10, false);
    if (s) heard.push(s);
  }
  assert.deepEqual(heard, ['critical']);
});

test('worse than the last sound is heard within the burst', () => {
  const p = new Policy();
  p.hear([], 0);
  p.hear([loud(1, 'high')], 10_000);
  assert.equal(p.sound(10_000, false), 'high');
  p.hear([loud(1, 'high'), loud(2, 'critical')], 10_100);
  assert.equal(p.sound(10_100, false), 'critical');
  p.hear([loud(1, 'high'), loud(2, 'critical'), loud(3, 'high')], 10_200);
  assert.equal(p.sound(10_200, false), null);
  p.hear([loud(1, 'high'), loud(2, 'critical'), loud(3, 'high'), loud(4, 'high')], 10_100 + BURST);
  assert.equal(p.sound(10_100 + BURST, false), 'high');
});

test('critical sounds every half minute until somebody has it; others once', () => {
  const p = new Policy();
  p.hear([], 0);
  p.hear([loud(1, 'critical'), loud(2, 'high')], 10_000);
  const at = [];
  for (let s = 10; s < 110; s++) {
    if (s === 80) p.hear([loud(2, 'high')], s * 1000);
    if (p.sound(s * 1000, false)) at.push(s);
  }
  assert.deepEqual(at, [10, 40, 70]);
  const quiet = new Policy();
  quiet.hear([], 0);
  quiet.hear([loud(1, 'blind')], 10_000);
  assert.equal(quiet.sound(10_000, false), 'blind');
  assert.equal(quiet.sound(100_000, false), null);
});

test('an alert that grows worse is news', () => {
  const p = new Policy();
  p.hear([loud(1, 'high')], 0);
  assert.deepEqual(p.hear([loud(1, 'critical')], 9000), [loud(1, 'critical')]);
  assert.equal(p.sound(9000, false), 'critical');
});

test('muted is silent; afterwards only what is still critical sounds', () => {
  const p = new Policy();
  p.hear([], 0);
  p.hear([loud(1, 'high')], 10_000);
  assert.equal(p.sound(10_000, true), null);
  assert.equal(p.sound(90_000, false), null);
  p.hear([loud(1, 'high'), loud(2, 'critical')], 100_000);
  assert.equal(p.sound(100_000, true), null);
  assert.equal(p.sound(140_000, false), 'critical');
});

test('muting ends after minutes, or at the next 07:00', () => {
  const night = new Date(2026, 10, 25, 23, 30), early = new Date(2026, 10, 25, 3, 10), seven = new Date(2026, 10, 25, 7, 0);
  assert.equal(mutedUntil('15', night), night.getTime() + 900_000);
  assert.equal(mutedUntil('0', night), 0);
  assert.equal(mutedUntil('morning', night), new Date(2026, 10, 26, 7).getTime());
  assert.equal(mutedUntil('morning', early), seven.getTime());
  assert.equal(mutedUntil('morning', seven), new Date(2026, 10, 26, 7).getTime());
});
