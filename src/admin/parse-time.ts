import type { Result } from "../model/result.ts";
import { err, ok } from "../model/result.ts";

const RFC_3339 =
  /^([0-9]{4})-([0-9]{2})-([0-9]{2})T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?(?:Z|[+-][0-9]{2}:[0-9]{2})$/i;

/** Milliseconds since the epoch, or what was expected. Times before the epoch are not times of ours. */
export function parseTime(text: string): Result<number, string> {
  const expected = "Expected a time from 1970 on in RFC 3339, for example 2026-01-01T00:00:00Z.";
  const match = RFC_3339.exec(text);
  const time = match === null ? Number.NaN : Date.parse(text);
  if (match === null || Number.isNaN(time) || time < 0) return err(expected);
  // `Date.parse` takes the 30th of February for the 2nd of March.
  const [, year, month, day] = match;
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  return date.getUTCDate() === Number(day) ? ok(time) : err(expected);
}
