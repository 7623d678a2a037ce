// What the management plane can ask of the node about runs of look-alike models.

import type { ModelRuns } from "../control/model-runs.ts";
import type { KnownRuns } from "./resources/models/read-models.ts";

export interface ModelsDesk {
  /** Of all models. */
  known(): Promise<KnownRuns>;
  /** Of one. */
  runsOf(modelId: number): Promise<ModelRuns>;
  /** Begins a run, which goes on behind the answer. Not where a model runs already, on whichever node. */
  begin(model: { readonly algoModelId: number; readonly pid: number }): Promise<"begun" | "busy">;
}
