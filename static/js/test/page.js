// What a module finds when it is loaded without a page.

const meta = {getAttribute: () => globalThis.WORDS ?? null};
globalThis.document ??= /** @type {any} */ ({
  documentElement: {dataset: {}, lang: globalThis.LANG ?? 'en'},
  querySelector: (/** @type {string} */ s) => (s.startsWith('meta') && globalThis.WORDS ? meta : null),
  querySelectorAll: () => [],
  getElementById: () => null,
  addEventListener() {},
});
