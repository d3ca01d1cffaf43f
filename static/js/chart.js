// Crosshair and values of the charts, by pointer and by keyboard, read from the
// chart's own table. A page loads this with its first chart.
import {say} from './dom.js';
import {nearest, sentence, step} from './crosshair.js';

const SVG = 'http://www.w3.org/2000/svg';

/** @typedef {{at: number, plot: number, cells: string[]}} Row */

/** @param {ParentNode | null} row @param {boolean[]} [kept] */
const texts = (row, kept) => [...(row?.querySelectorAll('th,td') ?? [])].filter((_, i) => !kept || kept[i]).map((c) => c.textContent ?? '');

/** @param {HTMLElement} fig */
function start(fig) {
  fig.dataset.live = '';
  const plots = /** @type {SVGSVGElement[]} */ ([...fig.querySelectorAll('.plot > svg')]);
  const head = fig.querySelector('.data thead');
  if (!plots.length || !head) return;
  const kept = [...head.querySelectorAll('th')].map((c) => !('bulk' in c.dataset));
  const heads = texts(head, kept);
  const across = 'across' in fig.dataset;
  /** @type {Row[]} */
  const rows = [...fig.querySelectorAll('.data tr[data-x]')].map((el) => {
    const {x, p} = /** @type {HTMLElement} */ (el).dataset;
    return {at: Number(x), plot: Number(p ?? -1), cells: texts(el, kept)};
  }).sort((a, b) => a.at - b.at);
  const tip = fig.appendChild(document.createElement('div'));
  tip.className = 'tip';
  tip.hidden = true;
  tip.setAttribute('aria-hidden', 'true');
  /** @type {Element[]} */
  let lines = [];
  const hide = () => {
    lines.forEach((l) => l.remove());
    lines = [];
    tip.hidden = true;
  };

  /** @param {SVGSVGElement} svg @param {Row} row */
  function show(svg, row) {
    hide();
    const at = `${row.at * 100}%`;
    for (const one of row.plot < 0 ? plots : [svg]) {
      const line = document.createElementNS(SVG, 'line');
      const place = across ? {x2: '100%', y1: at, y2: at} : {x1: at, x2: at, y2: '100%'};
      for (const [k, v] of Object.entries({class: 'cross', ...place})) line.setAttribute(k, v);
      one.append(line);
      lines.push(line);
    }
    const name = document.createElement('b');
    name.textContent = row.cells[0];
    const list = document.createElement('dl');
    row.cells.forEach((c, i) => {
      if (!i || !c) return;
      list.appendChild(document.createElement('dt')).textContent = heads[i];
      list.appendChild(document.createElement('dd')).textContent = c;
    });
    tip.replaceChildren(name, list);
    tip.hidden = false;
    const box = svg.getBoundingClientRect(), around = fig.getBoundingClientRect();
    const x = box.left - around.left + box.width * (across ? .5 : row.at);
    const left = x > around.width / 2 ? x - tip.offsetWidth - 10 : x + 10;
    tip.style.left = `${Math.max(4, Math.min(left, around.width - tip.offsetWidth - 4))}px`;
    tip.style.top = `${box.top - around.top + (across ? box.height * row.at + 10 : 0)}px`;
  }

  plots.forEach((svg, p) => {
    svg.querySelectorAll('.hit').forEach((h) => h.remove());
    const own = rows.filter((r) => r.plot < 0 || r.plot === p);
    if (!own.length) return;
    const places = own.map((r) => r.at);
    let now = -1;
    const leave = () => {
      now = -1;
      hide();
    };
    svg.setAttribute('tabindex', '0');
    svg.setAttribute('aria-description', fig.dataset.keys ?? '');
    const area = /** @type {HTMLElement} */ (svg.parentElement);
    const point = (/** @type {PointerEvent} */ e) => {
      const box = svg.getBoundingClientRect();
      now = nearest(places, across ? (e.clientY - box.top) / box.height : (e.clientX - box.left) / box.width);
      show(svg, own[now]);
    };
    area.addEventListener('pointermove', point);
    area.addEventListener('pointerdown', point);
    area.addEventListener('pointerleave', leave);
    svg.addEventListener('blur', leave);
    svg.addEventListener('keydown', (e) => {
      if (e.ctrlKey || e.metaKey || e.altKey) return;
      const next = step(e.key, now, own.length);
      if (next === undefined || (next < 0 && now < 0)) return;
      e.preventDefault();
      e.stopPropagation();
      if (next < 0) return leave();
      now = next;
      show(svg, own[now]);
      say(sentence(heads, own[now].cells));
    });
  });
}

const all = () => document.querySelectorAll('.fig:not([data-live])').forEach((f) => start(/** @type {HTMLElement} */ (f)));
all();
// Charts come with fragments, too.
new MutationObserver(all).observe(document.body, {childList: true, subtree: true});
