// When to sound, and which of the three sounds. Pure: no clock, no speaker.

/** @typedef {'critical' | 'high' | 'blind'} Level */
/** @typedef {{id: number, level: Level, name?: string, text?: string}} Loud an alert that interrupts and that nobody has acknowledged */

/** How often a critical alert sounds until it is acknowledged, in milliseconds. */
export const AGAIN = 30_000;
/** Whatever else comes within this time belongs to the same burst. */
export const BURST = 5_000;

const rank = {critical: 3, blind: 2, high: 1};

/** @param {Level[]} levels @returns {Level | null} */
const worst = (levels) => levels.reduce((/** @type {Level | null} */ w, l) => (w && rank[w] >= rank[l] ? w : l), null);

/**
 * The policy of one browser. What was there when it began is not news, but a
 * critical one of it sounds again.
 */
export class Policy {
  /** @type {Map<number, Level> | null} */
  known = null;
  last = -Infinity;
  /** @type {Level | null} */
  lastLevel = null;
  /** @type {Level | null} */
  due = null;

  /**
   * Takes what interrupts now, and returns what of it is new or worse.
   * @param {Loud[]} now
   * @param {number} at
   */
  hear(now, at) {
    const before = this.known;
    this.known = new Map(now.map((l) => [l.id, l.level]));
    if (!before) {
      this.last = at;
      return [];
    }
    const fresh = now.filter((l) => rank[l.level] > rankOf(before.get(l.id)));
    const level = worst(fresh.map((l) => l.level));
    if (level) this.due = worst(this.due ? [this.due, level] : [level]);
    return fresh;
  }

  /**
   * The sound to make at this time, once; null for silence. While muted
   * nothing is kept for later, save that critical ones sound again.
   * @param {number} at
   * @param {boolean} muted
   * @returns {Level | null}
   */
  sound(at, muted) {
    const due = this.due;
    const critical = [...(this.known?.values() ?? [])].includes('critical');
    this.due = null;
    /** @type {Level | null} */
    let now = null;
    if (due && (at - this.last >= BURST || rank[due] > rankOf(this.lastLevel))) now = due;
    else if (critical && at - this.last >= AGAIN) now = 'critical';
    if (!now || muted) return null;
    this.last = at;
    this.lastLevel = now;
    return now;
  }
}

/** @param {Level | null | undefined} l */
const rankOf = (l) => (l ? rank[l] : 0);
