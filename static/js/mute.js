// How long sound is muted. Pure.

/**
 * Until when a choice of muting lasts.
 * @param {string} choice minutes, "morning" (the next 07:00 of this browser's zone), or "0" for an end
 * @param {Date} now
 */
export function mutedUntil(choice, now) {
  if (choice !== 'morning') return Number(choice) ? now.getTime() + Number(choice) * 60_000 : 0;
  const seven = new Date(now);
  seven.setHours(7, 0, 0, 0);
  if (seven <= now) seven.setDate(seven.getDate() + 1);
  return seven.getTime();
}
