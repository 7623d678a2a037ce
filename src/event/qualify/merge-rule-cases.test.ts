import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { snapshotOf } from "../../../test/support/event-world.ts";
import { numberedDevice } from "../../../test/support/store-deltas.ts";
import { profileOf } from "../../../test/support/trait-history.ts";
import {
  declaredKeyOf,
  deviceKey,
  ledgerWorkspace,
  shownKey,
  VisitLedger,
} from "../../../test/support/visit-ledger.ts";
import { readWorkspace } from "../../catalog/read-workspace.ts";
import { asDataSourceId } from "../../model/ids.ts";
import { keyText } from "../../profiles/key-text.ts";
import type { ProfileKey } from "../../profiles/store.ts";

interface Row {
  readonly id: string;
  readonly note?: string;
  readonly rule: { readonly cross: string; readonly device: string; readonly dpids: number[] };
  readonly request: {
    readonly device: string;
    readonly cids: readonly {
      readonly dpid: number;
      readonly dpuuid: string;
      readonly state: 0 | 1 | 2;
    }[];
  } | null;
  readonly links:
    | readonly {
        readonly device: string;
        readonly dpid: number;
        readonly dpuuid: string;
        readonly auth: number | null;
        readonly sync: number;
      }[]
    | null;
  readonly graph?: readonly (readonly string[])[];
  readonly expect: string | { readonly read: readonly string[]; readonly write: readonly string[] };
}

const url = new URL("../../../cases/merge-rules.json", import.meta.url);
// The file is ours: its form is what the interface says.
const rows = JSON.parse(readFileSync(url, "utf8")) as readonly Row[];

const NOW = Date.UTC(2026, 0, 1, 12);

function workspaceOf({ cross, device, dpids }: Row["rule"]): Record<string, unknown> {
  const rule = {
    crossDevice: cross,
    device,
    dataSourceIds: dpids,
    ...(device === "EXTERNAL" ? { deviceGraphDataSourceId: 900 } : {}),
  };
  const segments = [{ sid: 10, segmentRule: "1T" }];
  return ledgerWorkspace({ mergeRules: [rule], segments });
}

const numberOf = (name: string): number => Number(name.slice(1));

for (const { id, note, rule, request, links, graph, expect } of rows) {
  if (typeof expect === "string") {
    test(`case ${id}: ${rule.cross} with ${rule.device} is refused with ${expect}`, () => {
      const read = readWorkspace(workspaceOf(rule));
      assert.ok(!read.ok);
      assert.ok(read.error.some(({ code }) => code === expect));
    });
    continue;
  }
  test(`case ${id}: ${note ?? "what is read and written"}`, () => {
    assert.ok(request !== null && links !== null);
    const ledger = new VisitLedger(snapshotOf(workspaceOf(rule)));
    const inOrder = links.toSorted((one, other) => one.sync - other.sync);
    ledger.change(
      inOrder.map(({ device, dpid, dpuuid, auth, sync }) => ({
        kind: "link",
        device: numberedDevice(numberOf(device)),
        declared: { dataSourceId: asDataSourceId(dpid), id: dpuuid },
        state: auth === null ? 0 : 1,
        at: NOW - 100 + sync,
        limits: { declaredPerDevice: 10, devicesPerDeclared: 100 },
      })),
    );
    ledger.clusters = (graph ?? []).map((cluster) => cluster.map(numberOf));
    // Whatever is read tells of the trait, so that whoever may be segmented is.
    const holds = profileOf({ 1: [[NOW - 1000, 1]] });
    const everybody: ProfileKey[] = [1, 2, 3, 9].map(deviceKey);
    everybody.push(declaredKeyOf(100, "john"), declaredKeyOf(100, "jane"));
    everybody.push(declaredKeyOf(200, "house7"));
    for (const key of everybody) ledger.profiles.set(keyText(key), holds);

    const { plan, changes, segments } = ledger.call({
      device: numberOf(request.device),
      ids: request.cids.map(({ dpid, dpuuid, state }) => [dpid, dpuuid, state] as const),
      traits: [1],
      now: NOW,
    });
    const read = plan.rules.flatMap(({ places }) => places.map((place) => plan.profiles[place]));
    assert.deepEqual(read.map((key) => key && shownKey(key)).sort(), expect.read);
    const written = changes.filter(({ delta }) => delta.realized.length > 0);
    assert.deepEqual(written.map(({ key }) => shownKey(key)).sort(), expect.write);
    const segmented = everybody.filter((key) => ledger.profileOf(key).membership.length > 0);
    assert.deepEqual(segmented.map(shownKey).sort(), expect.read);
    assert.deepEqual(segments, expect.read.length > 0 ? [10] : []);
  });
}
