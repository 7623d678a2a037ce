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

/** Days without a call after which a device, and what is known of it, is gone. */
export const DEVICE_LIFE_DAYS = 120;

const DAYS_PER_RETENTION_MONTH = 30;

/** The life, in days, of a declared ID's profile; `retentionMonths` is set on its data source. */
export function declaredLifeDays(retentionMonths: number): number {
  return retentionMonths * DAYS_PER_RETENTION_MONTH;
}

/**
 * The first moment at which a profile last seen at `lastSeenMs` reads as empty, whether or not a
 * clean-up has removed it yet ("Audience model", Profiles).
 */
export function profileExpiresAt(lastSeenMs: number, lifeDays: number): number {
  return expiresAt(lastSeenMs, lifeDays);
}
