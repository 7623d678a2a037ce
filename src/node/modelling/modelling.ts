// Runs of look-alike models. The door of this room.

import type { ModelsDesk } from "../../admin/models-desk.ts";
import type { KnownRuns } from "../../admin/resources/models/read-models.ts";
import type { ControlStore } from "../../control/control-store.ts";
import {
  asModelRuns,
  MODEL_RUNS_KIND,
  type ModelRuns,
  modelRunsId,
  NO_RUNS,
  readAllModelRuns,
} from "../../control/model-runs.ts";

export interface ModellingOptions {
  readonly control: ControlStore;
}

export class Modelling implements ModelsDesk {
  readonly #options: ModellingOptions;

  constructor(options: ModellingOptions) {
    this.#options = options;
  }

  async known(): Promise<KnownRuns> {
    return { runs: await readAllModelRuns(this.#options.control), running: null };
  }

  async runsOf(modelId: number): Promise<ModelRuns> {
    const record = await this.#options.control.read(MODEL_RUNS_KIND, modelRunsId(modelId));
    return record === null ? NO_RUNS : asModelRuns(record);
  }
}
