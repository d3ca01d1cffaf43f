import assert from 'node:assert/strict';
import {test} from 'node:test';
import {nearest, sentence, step} from '../crosshair.js';

test('the crosshair stands at the nearest place', () => {
  assert.equal(nearest([], .5), -1);
  assert.equal(nearest([.1, .5, .9], .5), 1);
  assert.equal(nearest([.1, .5, .9], -4), 0);
  assert.equal(nearest([.1, .5, .9], 4), 2);
  assert.equal(nearest([.2, .4], .3), 0, 'of two equally near the first');
  assert.equal(nearest([.2, .2, .2], .2), 0);
});

test('no other place is nearer, for any pointer', () => {
  const places = Array.from({length: 60}, (_, i) => ((i * 7919) % 997) / 997).sort((a, b) => a - b);
  for (let at = -.1; at < 1.1; at += .003) {
    const got = Math.abs(places[nearest(places, at)] - at);
    assert.ok(places.every((p) => got <= Math.abs(p - at)));
  }
});

test('arrows go one on and stop at the ends', () => {
  assert.equal(step('ArrowRight', 3, 10), 4);
  assert.equal(step('ArrowLeft', 3, 10), 2);
  assert.equal(step('ArrowDown', 3, 10), 4);
  assert.equal(step('ArrowUp', 3, 10), 2);
  assert.equal(step('ArrowRight', 9, 10), 9);
  assert.equal(step('ArrowLeft', 0, 10), 0);
  assert.equal(step('ArrowLeft', -1, 10), 9, 'from nowhere to the newest');
  assert.equal(step('ArrowRight', -1, 10), 9);
});

test('Home, End, Escape, and every other key is left alone', () => {
  assert.equal(step('Home', 7, 10), 0);
  assert.equal(step('End', 7, 10), 9);
  assert.equal(step('Escape', 7, 10), -1);
  for (const key of ['j', 'k', 'Tab', 'Enter', ' ', 'a']) assert.equal(step(key, 7, 10), undefined);
});

test('a row is read with its headings', () => {
  assert.equal(sentence(['Day', 'n', 'Accuracy'], ['Thu 2 Jul', '48', '39.0 %']), 'Thu 2 Jul, n 48, Accuracy 39.0 %');
  assert.equal(sentence(['Day'], ['Thu 2 Jul']), 'Thu 2 Jul');
});
