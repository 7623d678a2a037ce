import assert from "node:assert/strict";
import { test } from "node:test";
import { ALPHA, checkQuery } from "../../../test/support/declared-calls.ts";
import { type Identity, UNKNOWN_IDENTITY } from "../../model/identity.ts";
import { asDataSourceId } from "../../model/ids.ts";
import { DAY_MS } from "../../model/time.ts";
import { declaredIdFor } from "./declared-id-for.ts";

const NOW = Date.UTC(2026, 5, 1, 12);

function linkedTo(...links: readonly (readonly [dataSource: number, id: string])[]): Identity {
  return {
    ...UNKNOWN_IDENTITY,
    lastSeen: NOW - DAY_MS,
    links: links.map(([dataSource, id], index) => ({
      to: { kind: "declared", dataSourceId: asDataSourceId(dataSource), id },
      state: 0,
      lastSync: NOW - 200 * DAY_MS,
      lastAuth: null,
      syncOrder: links.length - index,
      authOrder: 0,
    })),
  };
}

function idFor(dataSource: number, query: string, identity: Identity, now = NOW): string | null {
  const { ids } = checkQuery(query);
  return declaredIdFor({ partner: ALPHA, ids, identity, now }, asDataSourceId(dataSource));
}

test("an ID of the call comes first, of several the last", () => {
  const identity = linkedTo([1001, "stored"]);
  assert.equal(idFor(1001, "d_cid=1001%01a&d_cid=1004%01x&d_cid=1001%01b", identity), "b");
});

test("else the most recent link of the device, so long as it lives", () => {
  const identity = linkedTo([1004, "x"], [1001, "new"], [1001, "old"]);
  assert.equal(idFor(1001, "d_cid=1004%01y", identity), "new");
  assert.equal(idFor(1001, "", identity, NOW + 119 * DAY_MS), "new");
  assert.equal(idFor(1001, "", identity, NOW + 120 * DAY_MS), null);
  assert.equal(idFor(1005, "", identity), null);
});

test("only of data sources that the partner may use", () => {
  const identity = linkedTo([3001, "shared"], [2001, "beta's"], [0, "AVID\u0001x"], [7, "gone"]);
  assert.equal(idFor(3001, "", identity), "shared");
  assert.equal(idFor(2001, "", identity), null);
  assert.equal(idFor(0, "", identity), null);
  assert.equal(idFor(7, "", identity), null);
});
