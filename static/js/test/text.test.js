import assert from 'node:assert/strict';
import {test} from 'node:test';

globalThis.LANG = 'de';
globalThis.WORDS = JSON.stringify({
  'New alert: %s': 'Neuer Alarm: %s', '%s took it %s ago.': 'Vor %[2]s hat %[1]s übernommen.',
  '%d alerts changed.': {one: '%d Alarm geändert.', other: '%d Alarme geändert.'},
});
await import('./page.js');
const {fill, t, tn} = await import('../text.js');

test('a text in the reader’s language, its arguments in that language’s order', () => {
  assert.equal(t('New alert: %s', 'x'), 'Neuer Alarm: x');
  assert.equal(t('%s took it %s ago.', 'Rita', '3 m'), 'Vor 3 m hat Rita übernommen.');
});

test('without a translation the English text stands', () => {
  assert.equal(t('Close'), 'Close');
  assert.equal(tn(2, '%d cat', '%d cats'), '2 cats');
});

test('plural and number forms', () => {
  assert.equal(tn(1, '%d alert changed.', '%d alerts changed.'), '1 Alarm geändert.');
  assert.equal(tn(1234, '%d alert changed.', '%d alerts changed.'), '1.234 Alarme geändert.');
});

test('what is filled in is never filled again', () => {
  assert.equal(fill('%s and %s', ['%s', 'b']), '%s and b');
  assert.equal(fill('100 %', []), '100 %');
  assert.equal(fill('%s', []), '');
});
