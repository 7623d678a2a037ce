import { DAY_MS } from "../../model/time.ts";

/** A UTC day number as `2026-01-31`. */
export function dayText(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

/** A time to the minute, in UTC; a midnight as its day alone. */
export function timeText(at: number): string {
  const text = new Date(at).toISOString();
  return at % DAY_MS === 0 ? text.slice(0, 10) : `${text.slice(0, 16).replace("T", " ")} UTC`;
}

export function times(count: number): string {
  return count === 1 ? "once" : count === 2 ? "twice" : `${count} times`;
}

const MOST_NAMED = 5;

/** `trait 5` or `any of the traits 5, 6, 7 and 3 more`. */
export function traitsText(sids: readonly number[]): string {
  const [only] = sids;
  if (sids.length === 1) return `trait ${only}`;
  const named = sids.slice(0, MOST_NAMED).join(", ");
  const more = sids.length - MOST_NAMED;
  return `any of the traits ${named}${more > 0 ? ` and ${more} more` : ""}`;
}
