// How often traits were realized within a window of days, and when that count may next be another.

import { FOREVER, type LiveTraits } from "./live-traits.ts";
import { EVER, RECENT } from "./program.ts";

/** A window of days, and what counting in it finds out beside the count. */
export interface CountWindow {
  kind: number;
  days: number;
  /** The first day after the counted one on which the count may be another. */
  nextEvent: number;
}

/**
 * How often the first `members` gathered traits were realized within the window, seen on a day that may
 * lie ahead: what has run out until then does not count.
 */
export function countOf(
  live: LiveTraits,
  members: number,
  window: CountWindow,
  today: number,
): number {
  let total = 0;
  window.nextEvent = FOREVER;
  for (let at = 0; at < members; at++) {
    const number = live.gathered[at] ?? 0;
    const lastDay = live.lastDays[number] ?? 0;
    if (lastDay < today) continue;
    const count = countOfDays(live.daysOf(number), window, today, lastDay);
    if (count > 0 && lastDay !== FOREVER) noteEvent(window, lastDay + 1);
    total += count > 1 && live.countsOnce[number] === 1 ? 1 : count;
  }
  return total;
}

function countOfDays(
  days: readonly number[],
  window: CountWindow,
  today: number,
  lastDay: number,
): number {
  if (window.kind === EVER) return countOfAll(days);
  return window.kind === RECENT
    ? countOfRecent(days, window, today)
    : countOfOld(days, window, today, lastDay);
}

function countOfAll(days: readonly number[]): number {
  let total = 0;
  for (let at = 1; at < days.length; at += 2) total += days[at] ?? 0;
  return total;
}

/** Realizations at most so many days old; days ahead, left by a clock that was set back, are among them. */
function countOfRecent(days: readonly number[], window: CountWindow, today: number): number {
  const firstDay = today - window.days;
  let total = 0;
  let oldest = FOREVER;
  for (let at = days.length - 2; at >= 0; at -= 2) {
    const day = days[at] ?? 0;
    if (day < firstDay) break;
    oldest = day;
    total += days[at + 1] ?? 0;
  }
  if (total > 0) noteEvent(window, oldest + window.days + 1);
  return total;
}

/** Realizations at least so many days old. The next to come of age counts only if the trait lives so long. */
function countOfOld(
  days: readonly number[],
  window: CountWindow,
  today: number,
  lastDay: number,
): number {
  const youngestDay = today - window.days;
  let total = 0;
  for (let at = 0; at < days.length; at += 2) {
    const day = days[at] ?? 0;
    if (day > youngestDay) {
      const ofAge = day + window.days;
      if (ofAge <= lastDay) noteEvent(window, ofAge);
      break;
    }
    total += days[at + 1] ?? 0;
  }
  return total;
}

function noteEvent(window: CountWindow, day: number): void {
  if (day < window.nextEvent) window.nextEvent = day;
}
