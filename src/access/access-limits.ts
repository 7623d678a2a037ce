const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** What no option changes. Times are in milliseconds. */
export const ACCESS_LIMITS = {
  /** Of one partner ("Management API, reports and UI", Users). */
  users: 1_000,
  /** Of one partner. */
  groups: 1_000,
  /** Of the installation; those that clients get for themselves are not counted. */
  tokens: 10_000,
  /** How long what was read is believed before another node's change is looked for. */
  freshMs: 500,
  /** How often a change is tried again that another node's came before. */
  attempts: 20,
  failedLogins: 5,
  formerPasswords: 12,
  temporaryPasswordMs: DAY_MS,
  accessTokenMs: DAY_MS,
  refreshTokenMs: 30 * DAY_MS,
  /** How long an expired token is told from an unknown one. */
  expiredTokenMs: 7 * DAY_MS,
  /** How exactly it is known when a token was last used. */
  lastUseMs: HOUR_MS,
  sessionIdleMs: 2 * HOUR_MS,
  /** How exactly it is known when a session was last seen. */
  sessionSeenMs: HOUR_MS / 12,
  sessionMs: 12 * HOUR_MS,
  /** Entries of the audit log; the oldest go first. */
  auditEntries: 100_000,
  tidyEveryMs: HOUR_MS / 6,
} as const;
