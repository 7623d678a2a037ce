import assert from "node:assert/strict";
import { test } from "node:test";
import { ALPHA, checkQuery, deviceId } from "../../../test/support/declared-calls.ts";
import { type Identity, UNKNOWN_IDENTITY } from "../../model/identity.ts";
import { asDataSourceId } from "../../model/ids.ts";
import { DAY_MS } from "../../model/time.ts";
import { withheldSource } from "./device-consent.ts";
import { type LinkedCall, linksToWrite } from "./link-changes.ts";

const NOW = Date.UTC(2026, 5, 1, 12);
const DEVICE = deviceId("22920112968019678612904394744954398990");
const IDFA = "AEBE52E7-03EE-455A-B3C4-E57283966239";

/** A device with a link to an ID of one data source, last seen so many days ago. */
function linkedTo(dataSourceId: number, id: string, seenDaysAgo = 0): Identity {
  const to = { kind: "declared" as const, dataSourceId: asDataSourceId(dataSourceId), id };
  const lastSeen = NOW - seenDaysAgo * DAY_MS;
  const link = { to, state: 0 as const, lastSync: lastSeen, lastAuth: null };
  return { ...UNKNOWN_IDENTITY, lastSeen, links: [{ ...link, syncOrder: 1, authOrder: 0 }] };
}

function changesOf(query: string, call: Partial<LinkedCall> = {}) {
  const checked = checkQuery(query);
  const identity = UNKNOWN_IDENTITY;
  return linksToWrite({ device: DEVICE, identity, checked, withheld: null, now: NOW, ...call });
}

test("each ID is linked with its state, in its order, within the limits of its kind", () => {
  const query = `d_cid=1001%01a%011&d_cid=1002%01b&d_cid=20915%01${IDFA}%012&d_cid_ic=AVID%01v&d_cid=1001%01a`;
  const link = { kind: "link", device: DEVICE, at: NOW };
  const crossDevice = { declaredPerDevice: 10, devicesPerDeclared: 100 };
  const cookie = { declaredPerDevice: 1000, devicesPerDeclared: 1000 };
  const alias = { declaredPerDevice: 100, devicesPerDeclared: 100 };
  assert.deepEqual(changesOf(query), [
    { ...link, declared: { dataSourceId: 1001, id: "a" }, state: 1, limits: crossDevice },
    { ...link, declared: { dataSourceId: 1002, id: "b" }, state: 0, limits: cookie },
    { ...link, declared: { dataSourceId: 20915, id: IDFA }, state: 2, limits: alias },
    { ...link, declared: { dataSourceId: 1001, id: "a" }, state: 0, limits: crossDevice },
    { ...link, declared: { dataSourceId: 0, id: "AVID\u0001v" }, state: 0, limits: alias },
    { kind: "seen", device: DEVICE, at: NOW },
  ]);
});

test("a device without links that names none leaves nothing", () => {
  assert.deepEqual(changesOf("d_cid=nope%01x"), []);
  assert.deepEqual(changesOf(""), []);
});

test("a device with links is seen once a day", () => {
  const seen = [{ kind: "seen", device: DEVICE, at: NOW }];
  assert.deepEqual(changesOf("", { identity: linkedTo(1001, "a", 0) }), []);
  assert.deepEqual(changesOf("", { identity: linkedTo(1001, "a", 0.4) }), []);
  assert.deepEqual(changesOf("", { identity: linkedTo(1001, "a", 0.6) }), seen);
  assert.deepEqual(changesOf("", { identity: linkedTo(1001, "a", 200) }), seen);
});

test("an advertising ID that is withheld is unlinked and not linked again by the same call", () => {
  const withheld = asDataSourceId(20915);
  const query = `d_cid=20915%01${IDFA}&d_cid=1001%01a`;
  const changes = changesOf(query, { withheld, identity: linkedTo(20915, "OLD") });
  assert.deepEqual(
    changes.map((change) =>
      "declared" in change ? [change.kind, change.declared.id] : change.kind,
    ),
    [["link", "a"], "seen", ["unlink", "OLD"]],
  );
  assert.deepEqual(changesOf("", { withheld, identity: linkedTo(1001, "a") }), []);
});

test("an app withholds the ID of an advertising data source by its code, and only so", () => {
  const REFUSED: readonly (readonly [code: string | null, dataSource: number | null])[] = [
    ["DSID_20915", 20915],
    ["DSID_20914", 20914],
    ["crm", null],
    ["20915", null],
    ["nope", null],
    ["", null],
    [null, null],
  ];
  for (const [code, dataSource] of REFUSED) assert.equal(withheldSource(code, ALPHA), dataSource);
});
