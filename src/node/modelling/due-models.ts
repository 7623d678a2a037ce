// Which models are to run by themselves ("Audience model", Look-alike models): each night those that never ran, those
// whose last run failed, and those whose last success is long enough ago and that an active trait names.

import type { Model } from "../../admin/resources/models/model-keys.ts";
import type { ModelRuns } from "../../control/model-runs.ts";
import { DAY_MS } from "../../model/time.ts";

/** 02:00 UTC, as the daily jobs of reports. */
const NIGHT_MS = 2 * 3_600_000;
/** A run takes its time: the next one is due on the same night of its interval. */
const SLACK_MS = DAY_MS / 2;
/** So many runs in a row without data, and a model is not run by itself any more. */
export const VAIN_RUNS = 3;

/** When the night began that is now, or was last; milliseconds since the epoch. */
export function nightOf(now: number): number {
  return Math.floor((now - NIGHT_MS) / DAY_MS) * DAY_MS + NIGHT_MS;
}

export interface DueQuestion {
  readonly model: Pick<Model, "status" | "intervalSeconds">;
  readonly runs: ModelRuns;
  /** Whether an active algorithmic trait names it. */
  readonly isUsed: boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export function isDue({ model, runs, isUsed, now }: DueQuestion): boolean {
  if (model.status !== "ACTIVE") return false;
  const last = runs.runs[0];
  if (last === undefined) return true;
  // Once a night, whichever node it was.
  if (last.at >= nightOf(now)) return false;
  if (last.status !== "SUCCESS") return true;
  return isUsed && now - last.at >= model.intervalSeconds * 1_000 - SLACK_MS;
}

/** Whether it has found nothing too often to try again. */
export function isInVain({ runs }: ModelRuns): boolean {
  return (
    runs.length >= VAIN_RUNS && runs.slice(0, VAIN_RUNS).every(({ status }) => status === "NO_DATA")
  );
}
