// What runs of look-alike models found: one control record a model, written by whoever runs it.
//
//   model-runs   "000000000007" -> ModelRuns

import type { ControlRecord, ControlStore, StoredControlRecord } from "./control-store.ts";
import { MODEL_LIST, type ObjectChange } from "./object-records.ts";

export const MODEL_RUNS_KIND = "model-runs";
/** How many runs of a model are remembered, the newest. */
export const KEPT_RUNS = 10;

export interface ModelRun {
  /** When it began; milliseconds since the epoch. */
  readonly at: number;
  /** NO_DATA: too few visitors hold anything from which to tell those of the baseline. */
  readonly status: "SUCCESS" | "FAILED" | "NO_DATA";
  /** A sentence; null where it went well. */
  readonly reason: string | null;
}

/** A trait that tells visitors of the baseline from others. */
export interface InfluentialTrait {
  readonly sid: number;
  /** From 0 to 1; that of the first is 1. */
  readonly weight: number;
  /** From 1. */
  readonly rank: number;
  /** Visitors of the data sources who realized it within the look-back. */
  readonly uniques: number;
  /** How often they did; 0 of an onboarded trait, whose realizations are no events. */
  readonly count: number;
}

export interface AccuracyReach {
  /** From 0 to 1. */
  readonly accuracy: number;
  /** Visitors outside the baseline whose score is at least that. */
  readonly reach: number;
}

export interface ModelResult {
  /** When the run began that found it. */
  readonly at: number;
  /** Visitors of the baseline, and of the data sources. */
  readonly baseline: number;
  readonly users: number;
  /** By rank. */
  readonly traits: readonly InfluentialTrait[];
  /** By accuracy, ascending. */
  readonly stats: readonly AccuracyReach[];
}

export interface ModelRuns {
  /** The newest first, `KEPT_RUNS` at most. */
  readonly runs: readonly ModelRun[];
  /** Of the last run that went well. */
  readonly latest: ModelResult | null;
}

export const NO_RUNS: ModelRuns = { runs: [], latest: null };

const ID_DIGITS = 12;

/** The ID of a model's record. */
export function modelRunsId(modelId: number): string {
  return `${modelId}`.padStart(ID_DIGITS, "0");
}

/** By model; a model that never ran has none. */
export async function readAllModelRuns(
  store: Pick<ControlStore, "list">,
): Promise<ReadonlyMap<number, ModelRuns>> {
  const records = await store.list(MODEL_RUNS_KIND);
  return new Map(records.map((record) => [Number(record.id), asModelRuns(record)]));
}

export function asModelRuns({ value }: Pick<StoredControlRecord, "value">): ModelRuns {
  // Only runs write records of this kind.
  return value as ModelRuns;
}

/** What is to be written with a change: a model that goes takes its runs along. */
export function recordsOfLostModels(changes: readonly ObjectChange[]): readonly ControlRecord[] {
  const gone = changes.filter(({ list, kind }) => list === MODEL_LIST && kind === "deleted");
  return gone.map(({ id }) => ({ kind: MODEL_RUNS_KIND, id: modelRunsId(id), value: null }));
}
