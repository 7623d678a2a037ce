// Runs of look-alike models, in the primary: one at a time of all nodes, letting calls go first, by order or by
// night. The door of this room.

import { type Caller, INSTALLATION_ADMINISTRATOR } from "../../access/caller.ts";
import type { ModelsDesk } from "../../admin/models-desk.ts";
import type { DefinitionDesk } from "../../admin/resources/definition-desk.ts";
import {
  findModel,
  MODEL_LIMITS,
  type Model,
  modelsOfPartner,
} from "../../admin/resources/models/model-keys.ts";
import { traitsOfModel } from "../../admin/resources/models/model-users.ts";
import { planModelDeactivation } from "../../admin/resources/models/plan-models.ts";
import type { KnownRuns } from "../../admin/resources/models/read-models.ts";
import { partition } from "../../catalog/partner-definitions.ts";
import {
  asModelRuns,
  KEPT_RUNS,
  MODEL_RUNS_KIND,
  type ModelResult,
  type ModelRun,
  type ModelRuns,
  modelRunsId,
  NO_RUNS,
  readAllModelRuns,
} from "../../control/model-runs.ts";
import { MODEL_LIST, OBJECT_KIND, objectId } from "../../control/object-records.ts";
import type { Log } from "../../ops/log.ts";
import { findLookAlikes, type LookAlikes } from "../../population/look-alike/look-alike.ts";
import type { ScannedStore } from "../../profiles/profile-scan.ts";
import type { Courtesy } from "../counting/counting.ts";
import { isDue, isInVain, nightOf } from "./due-models.ts";
import { RunTurn, type RunTurnOptions } from "./run-turn.ts";

export interface ModellingOptions extends RunTurnOptions {
  readonly store: ScannedStore;
  readonly desk: DefinitionDesk;
  readonly courtesy: Pick<Courtesy, "begin" | "pause">;
  readonly log: Log;
  /** Aborted when the node stops. */
  readonly signal: AbortSignal;
  /** Milliseconds since the epoch. */
  now(): number;
}

interface Ended {
  readonly run: ModelRun;
  readonly result: ModelResult | null;
}

/** Stands in the audit log. */
const BY_THE_NODE: Caller = { ...INSTALLATION_ADMINISTRATOR, id: "models", name: "Runs of models" };
/** How often a record may change while it is written anew. */
const ATTEMPTS = 5;

export class Modelling implements ModelsDesk {
  readonly #options: ModellingOptions;
  readonly #turn: RunTurn;
  #underWay: Promise<unknown> = Promise.resolve();
  /** The night whose runs are done, as far as this node knows. */
  #lastNight = Number.NEGATIVE_INFINITY;
  #isNight = false;

  constructor(options: ModellingOptions) {
    this.#options = options;
    this.#turn = new RunTurn(options);
  }

  async known(): Promise<KnownRuns> {
    const [runs, running] = await Promise.all([
      readAllModelRuns(this.#options.control),
      this.#turn.running(),
    ]);
    return { runs, running };
  }

  async runsOf(modelId: number): Promise<ModelRuns> {
    const record = await this.#options.control.read(MODEL_RUNS_KIND, modelRunsId(modelId));
    return record === null ? NO_RUNS : asModelRuns(record);
  }

  async begin(model: { readonly algoModelId: number; readonly pid: number }) {
    const { signal, log } = this.#options;
    if (signal.aborted || !(await this.#turn.take(model.algoModelId))) return "busy";
    const ended = this.#run(model).catch((fault: unknown) => {
      log.fault("A model's run could not be noted down.", fault);
    });
    this.#underWay = ended;
    return "begun";
  }

  /** Resolves once nothing runs. */
  ended(): Promise<unknown> {
    return this.#underWay;
  }

  /** To be called now and then: runs what is due, once a night. */
  async night(): Promise<void> {
    const { now, signal, log } = this.#options;
    const night = nightOf(now());
    if (this.#isNight || this.#lastNight === night || signal.aborted) return;
    this.#isNight = true;
    try {
      // Each once, also where its run could not be noted down.
      const tried = new Set<number>();
      let due = await this.#nextDue(tried);
      while (due !== null && !signal.aborted && (await this.begin(due)) === "begun") {
        await this.#underWay;
        tried.add(due.algoModelId);
        due = await this.#nextDue(tried);
      }
      // Where another node is at it, what it leaves is looked for again.
      if (due === null) this.#lastNight = night;
    } catch (fault) {
      log.fault("It could not be found out which models are to run.", fault);
    } finally {
      this.#isNight = false;
    }
  }

  async #nextDue(tried: ReadonlySet<number>): Promise<Model | null> {
    const { control, desk, now } = this.#options;
    const asker = { caller: BY_THE_NODE, pid: 0 };
    const context = await desk.read(asker);
    if (context.models.size === 0) return null;
    const known = await readAllModelRuns(control);
    const partners = context.view.workspace.partners.map(({ pid }) => pid);
    const models = partners.flatMap((pid) => modelsOfPartner({ ...context, pid }));
    const due = models.find((model) => {
      if (tried.has(model.algoModelId)) return false;
      const runs = known.get(model.algoModelId) ?? NO_RUNS;
      const traits = traitsOfModel(model, context);
      const isUsed = traits.some(({ status }) => status === "ACTIVE");
      return isDue({ model, runs, isUsed, now: now() });
    });
    return due ?? null;
  }

  async #run({ algoModelId, pid }: Pick<Model, "algoModelId" | "pid">): Promise<void> {
    const { desk, signal, log } = this.#options;
    const at = this.#options.now();
    try {
      const context = await desk.read({ caller: BY_THE_NODE, pid });
      const model = findModel(algoModelId, context);
      if (model === null) return;
      const definitions = partition(context.view.workspace).find(
        ({ partner }) => partner.pid === pid,
      );
      const outcome =
        definitions === undefined
          ? ({ kind: "failed", reason: "Its partner is not defined any more." } as const)
          : await this.#compute(model, { definitions, at });
      const ended: Ended =
        outcome.kind === "found"
          ? { run: { at, status: "SUCCESS", reason: null }, result: resultOf(at, outcome.found) }
          : { run: runOf(at, outcome), result: null };
      await this.#note(model, ended);
    } catch (fault) {
      // Whoever stops tries again after the next start, or another node does.
      if (signal.aborted) return;
      log.fault("A model's run ended with a fault.", fault, { algoModelId });
      const reason = "It ended with a fault, of which the node's log says more.";
      await this.#note(
        { algoModelId, pid },
        { run: { at, status: "FAILED", reason }, result: null },
      );
    } finally {
      await this.#turn.end();
    }
  }

  async #compute(
    model: Model,
    {
      definitions,
      at,
    }: { readonly definitions: ReturnType<typeof partition>[number]; readonly at: number },
  ) {
    const { store, courtesy, signal } = this.#options;
    const { sid, dataSources, lookBackPeriod: lookBackDays, excludedTraits } = model;
    const question = { definitions, sid, dataSources, lookBackDays, excludedTraits };
    const end = courtesy.begin();
    try {
      return await findLookAlikes(
        { ...question, mostUsers: MODEL_LIMITS.users },
        {
          ...{ store, now: at, signal, onProgress: () => {} },
          pause: async () => {
            await this.#turn.keep(model.algoModelId);
            await courtesy.pause();
          },
        },
      );
    } finally {
      end();
    }
  }

  /** Nothing is noted of a model that is gone. */
  async #note(model: Pick<Model, "algoModelId" | "pid">, { run, result }: Ended): Promise<void> {
    const { control } = this.#options;
    const { algoModelId } = model;
    const object = { kind: OBJECT_KIND, id: objectId(MODEL_LIST, algoModelId) };
    const noted = { kind: MODEL_RUNS_KIND, id: modelRunsId(algoModelId) };
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const [owner, before] = await Promise.all([
        control.read(object.kind, object.id),
        control.read(noted.kind, noted.id),
      ]);
      if (owner === null) return;
      const { runs, latest } = before === null ? NO_RUNS : asModelRuns(before);
      const value: ModelRuns = {
        runs: [run, ...runs].slice(0, KEPT_RUNS),
        latest: result ?? latest,
      };
      const expected = [
        { ...object, version: owner.version },
        { ...noted, version: before?.version ?? null },
      ];
      if (!(await control.write([{ ...noted, value }], expected))) continue;
      if (isInVain(value)) await this.#deactivate(model);
      return;
    }
    throw new Error(`The model ${algoModelId} changes too often.`);
  }

  async #deactivate({ algoModelId, pid }: Pick<Model, "algoModelId" | "pid">): Promise<void> {
    const { desk, log } = this.#options;
    const outcome = await desk.change({ caller: BY_THE_NODE, pid }, (context) =>
      planModelDeactivation(algoModelId, context),
    );
    if (outcome.kind === "changed") {
      log.warn("A model found nothing three times: it is inactive now.", { algoModelId });
    }
  }
}

function resultOf(at: number, { baseline, users, traits, stats }: LookAlikes): ModelResult {
  const influential = traits.map(({ sid, weight, ofUsers, realizations }, place) => {
    return { sid, weight, rank: place + 1, uniques: ofUsers, count: realizations };
  });
  return { at, baseline, users, traits: influential, stats };
}

function runOf(
  at: number,
  { kind, reason }: { readonly kind: "no-data" | "failed"; readonly reason: string },
): ModelRun {
  return { at, status: kind === "failed" ? "FAILED" : "NO_DATA", reason };
}
