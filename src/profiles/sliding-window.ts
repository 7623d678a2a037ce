// Calls of the last while, by the millisecond in which they came.

/** `[time, calls, time, calls, …]`, times ascending, in milliseconds since the epoch. */
export type CallTimes = readonly number[];

/** Beyond so many different times in one window those close to each other are taken together. */
export const MAX_TIMES_IN_WINDOW = 2_000;

/**
 * The times with one more call, without what has left the window, nor what no longer tells whether there
 * were more than `most` calls.
 */
export function withCall(
  times: CallTimes,
  { most, windowMs }: { readonly most: number; readonly windowMs: number },
  now: number,
): CallTimes {
  const reversed = [now, 1];
  let calls = 1;
  for (let place = times.length - 2; place >= 0 && calls <= most; place -= 2) {
    const time = times[place] ?? 0;
    const count = times[place + 1] ?? 0;
    // A clock that was set back leaves times that are yet to come: they are none of this window.
    if (time <= now - windowMs) break;
    if (time > now + windowMs) continue;
    calls += count;
    if (time >= now && reversed.length === 2) reversed.splice(0, 2, time, count + 1);
    else reversed.push(time, count);
  }
  const kept: number[] = [];
  for (let place = reversed.length - 2; place >= 0; place -= 2) {
    kept.push(reversed[place] ?? 0, reversed[place + 1] ?? 0);
  }
  return kept.length <= 2 * MAX_TIMES_IN_WINDOW ? kept : coarser(kept, windowMs);
}

export function callsIn(times: CallTimes): number {
  let calls = 0;
  for (let place = 1; place < times.length; place += 2) calls += times[place] ?? 0;
  return calls;
}

/** When the last of the calls leaves the window. */
export function windowEnds(times: CallTimes, windowMs: number): number {
  return (times.at(-2) ?? 0) + windowMs;
}

/** A call is taken for a little earlier, never for a later one: nobody is counted for longer. */
function coarser(times: CallTimes, windowMs: number): CallTimes {
  const slot = Math.ceil(windowMs / (MAX_TIMES_IN_WINDOW / 2));
  const kept: number[] = [];
  for (let place = 0; place < times.length; place += 2) {
    const time = Math.floor((times[place] ?? 0) / slot) * slot;
    const count = times[place + 1] ?? 0;
    if (kept.at(-2) === time) kept[kept.length - 1] = (kept.at(-1) ?? 0) + count;
    else kept.push(time, count);
  }
  return kept;
}
