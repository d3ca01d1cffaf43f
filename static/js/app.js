// Entry of every signed-in page. Each part works alone; a page works without
// any of them.
import {start as time} from './time.js';
import {start as live} from './live.js';
import {start as board} from './board.js';
import {start as ack} from './ack.js';

time();
board();
ack();
live();

// An open menu closes on Escape and on a click elsewhere.
const menu = document.querySelector('details.who');
addEventListener('keydown', (e) => e.key === 'Escape' && menu?.removeAttribute('open'));
addEventListener('click', (e) => e.target instanceof Node && !menu?.contains(e.target) && menu?.removeAttribute('open'));
