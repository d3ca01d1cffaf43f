// The wall: shows one page after the other and what has changed, for months. It holds nothing but the
// page that it shows: each look asks the server for the whole of it.

import {byId, parse, swap} from './dom.js';
import {link, stale, start as live} from './live.js';
import {localise, start as time} from './time.js';

/** How long a page stands, how soon after an event it is asked for anew, and how long an answer may take. */
const TURN = 12_000, SOON = 700, ANSWER = 8_000;

/** @type {number | undefined} */
let asked;
let turnAt = Date.now() + TURN, asking = false;

const wall = () => byId('wall');
const number = (/** @type {string} */ name) => Number(wall()?.dataset[name] ?? 1);

/**
 * Asks for a page and shows it. A wall whose link was revoked, or that runs another program's script,
 * loads anew: the answer came, so there is a server to load from.
 * @param {number} page
 */
async function look(page) {
  if (asking) return;
  asking = true;
  try {
    const r = await fetch(`/wall?part=wall&page=${page}`, {headers: {Accept: 'text/html'}, redirect: 'manual', signal: AbortSignal.timeout(ANSWER)});
    if (r.type === 'opaqueredirect' || r.status === 401 || r.status === 404) return location.reload();
    if (!r.ok) return;
    const now = parse(await r.text()), old = wall();
    if (!now || !old) return;
    if (now.dataset.build !== old.dataset.build) return location.reload();
    localise(now);
    swap(old, now);
    const badge = byId('link'), blind = now.dataset.blind;
    if (badge && blind) badge.dataset.blind = blind;
    else if (badge) delete badge.dataset.blind;
  } catch {
    // Nothing came: the badge says so, and the next turn asks again.
  } finally {
    asking = false;
  }
}

function turn() {
  if (Date.now() < turnAt || stale()) return;
  turnAt = Date.now() + TURN;
  look((number('page') % number('pages')) + 1);
}

time();
link.addEventListener('message', () => {
  clearTimeout(asked);
  asked = setTimeout(() => look(number('page')), SOON);
});
link.addEventListener('state', () => stale() || look(number('page')));
setInterval(turn, 1000);
live();
