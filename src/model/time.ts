// Days and lifetimes. Every time is in milliseconds since the epoch, every day is a UTC day number.

export const DAY_MS = 86_400_000;

export function utcDay(timeMs: number): number {
  return Math.floor(timeMs / DAY_MS);
}

/**
 * The first moment at which something last renewed at `lastMs` with a life of `ttlDays` is gone:
 * always a midnight UTC. A life of 0 never ends ("Audience model", TTL).
 */
export function expiresAt(lastMs: number, ttlDays: number): number {
  if (ttlDays === 0) return Number.POSITIVE_INFINITY;
  return (utcDay(lastMs) + ttlDays + 1) * DAY_MS;
}
