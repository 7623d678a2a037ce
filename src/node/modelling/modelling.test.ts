// Runs of models, by two nodes of one store and by one alone.

import assert from "node:assert/strict";
import { test } from "node:test";
import { INSTALLATION_ADMINISTRATOR } from "../../access/caller.ts";
import type { DefinitionDesk } from "../../admin/resources/definition-desk.ts";
import { DefinitionsView } from "../../admin/resources/definitions-view.ts";
import type { ResourceContext } from "../../admin/resources/resource-kind.ts";
import { printWorkspace } from "../../catalog/print-workspace.ts";
import { readWorkspace } from "../../catalog/read-workspace.ts";
import { asModelRuns, MODEL_RUNS_KIND, modelRunsId } from "../../control/model-runs.ts";
import { OBJECT_KIND, type ObjectRecord } from "../../control/object-records.ts";
import { DAY_MS } from "../../model/time.ts";
import { openLog } from "../../ops/log.ts";
import { MemoryControlStore } from "../../stores/memory/memory-control-store.ts";
import { MemoryVisitorStore } from "../../stores/memory/memory-visitor-store.ts";
import { Modelling, type ModellingOptions } from "./modelling.ts";

const T0 = Date.UTC(2026, 0, 10, 12);
const owner = { pid: 1957, dataSourceId: 1002 };
const DOCUMENT = {
  partners: [{ pid: 1957, alias: "alpha", name: "Alpha", orgId: `${"0".repeat(24)}@AdobeOrg` }],
  dataSources: [{ dataSourceId: 1002, pid: 1957, name: "Site", idType: "COOKIE" }],
  traits: [
    { ...owner, sid: 1, name: "Baseline" },
    { ...owner, sid: 2, name: "Other" },
  ],
};
const MODEL = {
  ...{ pid: 1957, name: "Alike", description: "", sid: 1, dataSources: [1002], algoTypeId: 1 },
  ...{ lookBackPeriod: 30, intervalSeconds: 604_800, status: "ACTIVE", excludedTraits: [] },
};

class Installation {
  readonly control = new MemoryControlStore();
  readonly store = new MemoryVisitorStore();
  readonly models = new Map<number, ObjectRecord>();
  readonly changes: unknown[] = [];
  now = T0;
  machineNow = T0;

  async add(id: number): Promise<void> {
    const record = { createTime: 1, updateTime: 1, crUID: 0, upUID: 0, version: 1, kept: MODEL };
    this.models.set(id, record);
    await this.control.write([{ kind: OBJECT_KIND, id: `models/${id}`, value: record }]);
  }

  async remove(id: number): Promise<void> {
    this.models.delete(id);
    await this.control.write([{ kind: OBJECT_KIND, id: `models/${id}`, value: null }]);
  }

  node(name: string, changes: Partial<ModellingOptions> = {}): Modelling {
    return new Modelling({
      ...{ store: this.store, control: this.control, desk: this.#desk(), name, isShared: true },
      courtesy: { begin: () => () => {}, pause: async () => {} },
      log: openLog("silent", "test"),
      signal: new AbortController().signal,
      now: () => this.now,
      machineNow: () => this.machineNow,
      ...changes,
    });
  }

  async statuses(id: number): Promise<readonly string[]> {
    const record = await this.control.read(MODEL_RUNS_KIND, modelRunsId(id));
    return record === null ? [] : asModelRuns(record).runs.map(({ status }) => status);
  }

  #desk(): DefinitionDesk {
    const read = readWorkspace(DOCUMENT);
    assert.ok(read.ok);
    const view = DefinitionsView.parse(1, JSON.stringify(printWorkspace(read.value.workspace)));
    const context: ResourceContext = {
      ...{ view, pid: 1957, caller: INSTALLATION_ADMINISTRATOR, now: T0, domain: "demdex.net" },
      models: this.models,
      recordOf: () => ({ createTime: null, updateTime: 0, crUID: 0, upUID: 0, version: 1 }),
      newId: () => 1,
    };
    return {
      read: async ({ pid }) => ({ ...context, pid }),
      change: async (_asker, plan) => {
        const planned = plan(context);
        if (planned.ok) this.changes.push(...planned.value.kept.map(({ kept }) => kept));
        return { kind: "changed", context, target: null };
      },
      traitRuleVersions: async () => [],
    };
  }
}

/** Pauses until it is opened. */
function gate() {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { courtesy: { begin: () => () => {}, pause: () => promise }, open: resolve };
}

test("one model runs at a time, whichever node runs it, and both know which", async () => {
  const installation = new Installation();
  await installation.add(1);
  await installation.add(2);
  const { courtesy, open } = gate();
  const one = installation.node("one", { courtesy });
  const other = installation.node("other");
  assert.equal(await one.begin({ algoModelId: 1, pid: 1957 }), "begun");
  assert.equal(await one.begin({ algoModelId: 2, pid: 1957 }), "busy");
  assert.equal(await other.begin({ algoModelId: 1, pid: 1957 }), "busy");
  assert.equal((await other.known()).running, 1);
  open();
  await one.ended();
  assert.equal((await other.known()).running, null);
  assert.deepEqual(await installation.statuses(1), ["NO_DATA"]);
  assert.equal(await other.begin({ algoModelId: 2, pid: 1957 }), "begun");
  await other.ended();
  assert.deepEqual(await installation.statuses(2), ["NO_DATA"]);
});

test("a node that died keeps the turn for three minutes, or until it is there again alone", async () => {
  const installation = new Installation();
  await installation.add(1);
  const dead = installation.node("dead", gate());
  assert.equal(await dead.begin({ algoModelId: 1, pid: 1957 }), "begun");
  const other = installation.node("other");
  assert.equal(await other.begin({ algoModelId: 1, pid: 1957 }), "busy");
  const again = installation.node("again", { isShared: false });
  assert.equal((await again.known()).running, null);
  installation.machineNow += 180_000;
  assert.equal(await other.begin({ algoModelId: 1, pid: 1957 }), "begun");
  await other.ended();
  assert.equal(await again.begin({ algoModelId: 1, pid: 1957 }), "begun");
  await again.ended();
  assert.equal((await installation.statuses(1)).length, 2);
});

test("a node that was held up for too long gives its run up", async () => {
  const installation = new Installation();
  await installation.add(1);
  await installation.add(2);
  const { courtesy, open } = gate();
  const slow = installation.node("slow", { courtesy });
  assert.equal(await slow.begin({ algoModelId: 1, pid: 1957 }), "begun");
  installation.machineNow += 180_000;
  const other = gate();
  const quick = installation.node("quick", { courtesy: other.courtesy });
  assert.equal(await quick.begin({ algoModelId: 2, pid: 1957 }), "begun");
  open();
  await slow.ended();
  assert.deepEqual(await installation.statuses(1), ["FAILED"]);
  assert.equal((await quick.known()).running, 2);
  other.open();
  await quick.ended();
  assert.deepEqual(await installation.statuses(2), ["NO_DATA"]);
});

test("what is due runs once a night, on one node of two", async () => {
  const installation = new Installation();
  for (const id of [1, 2, 3]) await installation.add(id);
  const [one, other] = [installation.node("one"), installation.node("other")];
  await Promise.all([one.night(), other.night()]);
  await one.night();
  await other.night();
  for (const id of [1, 2, 3]) assert.equal((await installation.statuses(id)).length, 1);
  installation.now += DAY_MS;
  await other.night();
  await one.night();
  for (const id of [1, 2, 3]) assert.equal((await installation.statuses(id)).length, 2);
});

test("a run that cannot be noted down is not tried again in the same night", async () => {
  const installation = new Installation();
  await installation.add(1);
  const faults: string[] = [];
  const log = { ...openLog("silent", "test"), fault: (message: string) => faults.push(message) };
  const control = {
    read: (kind: string, id: string) => installation.control.read(kind, id),
    list: (kind: string) => installation.control.list(kind),
    // Another node is always faster.
    write: async (...[records, expected]: Parameters<MemoryControlStore["write"]>) =>
      records.every(({ kind }) => kind !== MODEL_RUNS_KIND) &&
      installation.control.write(records, expected),
  };
  const node = installation.node("one", { control, log });
  await node.night();
  assert.deepEqual(await installation.statuses(1), []);
  assert.equal(faults.at(-1), "A model's run could not be noted down.");
  assert.equal((await node.known()).running, null);
});

test("three runs without data make a model inactive", async () => {
  const installation = new Installation();
  await installation.add(1);
  const node = installation.node("one");
  for (let night = 0; night < 3; night++, installation.now += DAY_MS) {
    assert.deepEqual(installation.changes, []);
    await node.night();
  }
  assert.deepEqual(installation.changes, [{ ...MODEL, status: "INACTIVE" }]);
});

test("a model that goes while it runs leaves nothing behind", async () => {
  const installation = new Installation();
  await installation.add(1);
  const { courtesy, open } = gate();
  const node = installation.node("one", { courtesy });
  assert.equal(await node.begin({ algoModelId: 1, pid: 1957 }), "begun");
  await installation.remove(1);
  open();
  await node.ended();
  assert.deepEqual(await installation.statuses(1), []);
  assert.equal((await node.known()).running, null);
});

test("a node that stops notes nothing down and leaves the turn to others", async () => {
  const installation = new Installation();
  await installation.add(1);
  const { courtesy, open } = gate();
  const stopped = new AbortController();
  const node = installation.node("one", { courtesy, signal: stopped.signal });
  assert.equal(await node.begin({ algoModelId: 1, pid: 1957 }), "begun");
  stopped.abort(new Error("The node stops."));
  open();
  await node.ended();
  assert.deepEqual(await installation.statuses(1), []);
  assert.equal(await node.begin({ algoModelId: 1, pid: 1957 }), "busy");
  const other = installation.node("other");
  assert.equal(await other.begin({ algoModelId: 1, pid: 1957 }), "begun");
  await other.ended();
});
