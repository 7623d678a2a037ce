// The numbers of a partner's traits and segments: the port between the calls that show them and the process that
// counts. Counting looks at every stored profile, so numbers are kept for a while.

import type { PartnerMetrics } from "../population/measure-population.ts";

export interface DatedMetrics extends PartnerMetrics {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Of the definitions with which they were counted. */
  readonly revision: number;
}

export interface MetricsAnswer {
  /** Null where there are none yet. */
  readonly metrics: DatedMetrics | null;
  /** Seconds after which to ask for newer ones; null where these are as new as they get. */
  readonly retryAfter: number | null;
}

export interface MetricsDesk {
  /** Waits a moment for numbers that are not old; then gives what there is. */
  metricsOf(pid: number): Promise<MetricsAnswer>;
}
