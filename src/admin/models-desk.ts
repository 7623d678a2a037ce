// What the management plane can ask of the node about runs of look-alike models.

import type { ModelRuns } from "../control/model-runs.ts";
import type { KnownRuns } from "./resources/models/read-models.ts";

export interface ModelsDesk {
  /** Of all models. */
  known(): Promise<KnownRuns>;
  /** Of one. */
  runsOf(modelId: number): Promise<ModelRuns>;
}
