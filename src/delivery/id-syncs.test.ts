import assert from "node:assert/strict";
import { test } from "node:test";
import type { IdSyncDefinition } from "@dunlin/contract/workspace";
import { parseDeviceId, parseMid } from "../model/ids.ts";
import { indexIdSyncs, planIdSyncs, type SyncCall } from "./id-syncs.ts";

const NOW = Date.UTC(2026, 0, 10);
const MINUTE_MS = 60_000;

const device = parseDeviceId("22920112968019678612904394744954398990");
const mid = parseMid("22845954047972068642896981047981475499");
assert.ok(device && mid);

const CALL: SyncCall = {
  device,
  mid: () => mid,
  declaredId: (dataSource) => (dataSource === 1001 ? "a b" : null),
  region: 6,
  pageScheme: "https",
  now: NOW,
  gdpr: "0",
  gdprConsent: "",
  pastSyncs: "",
  random: () => 0.5,
};

function sync(changes: Partial<IdSyncDefinition>): IdSyncDefinition {
  return {
    ...{ idSyncId: 1, pid: 1957, container: 0, dataSourceId: 411, ttlMinutes: 10, tag: "img" },
    ...{ fireURLSync: true, syncOnPage: false, passConsent: false, urls: ["//s.example/?u=%did%"] },
    ...changes,
  };
}

function urlsOf(
  definition: Partial<IdSyncDefinition>,
  call: Partial<SyncCall> = {},
): readonly string[] {
  const [entry] = planIdSyncs(indexIdSyncs([sync(definition)]), 0, { ...CALL, ...call });
  return entry?.url ?? [];
}

test("syncs of the container come in the order of their IDs, each with its fields", () => {
  const catalog = indexIdSyncs([
    sync({ idSyncId: 3, dataSourceId: 5, tag: "iframe", fireURLSync: false, syncOnPage: true }),
    sync({ idSyncId: 2 }),
    sync({ idSyncId: 1, container: 7 }),
  ]);
  assert.deepEqual(planIdSyncs(catalog, 0, CALL), [
    {
      ...{ id: "411", ttl: 10, tag: "img", fireURLSync: 1, syncOnPage: 0 },
      url: [`//s.example/?u=${device}`],
    },
    {
      ...{ id: "5", ttl: 10, tag: "iframe", fireURLSync: 0, syncOnPage: 1 },
      url: [`//s.example/?u=${device}`],
    },
  ]);
  assert.deepEqual(planIdSyncs(catalog, 9, CALL), []);
});

test("a sync that the page fired within its time is left out", () => {
  const firedMinutesAgo = (minutes: number, dataSource = 411) =>
    urlsOf({}, { pastSyncs: `359-1-1|${dataSource}-1-${NOW - minutes * MINUTE_MS}|7-2-${NOW}` })
      .length;
  assert.equal(firedMinutesAgo(9), 0);
  assert.equal(firedMinutesAgo(10), 1);
  assert.equal(firedMinutesAgo(1, 412), 1);
  assert.equal(urlsOf({}, { pastSyncs: `411-2-${NOW}` }).length, 1);
  assert.equal(urlsOf({}, { pastSyncs: "NOTARGET" }).length, 1);
});

test("macros are filled in, an alias is none here, and base64 is there for those who want it", () => {
  const url = "//s.example/?a=%alias%&b=%DID_BASE64%&c=%dpid_1001%&d=%mcid%&r=%region%";
  const base64 = encodeURIComponent(Buffer.from(device).toString("base64"));
  assert.deepEqual(urlsOf({ urls: [url] }), [
    `//s.example/?a=%alias%&b=${base64}&c=a%20b&d=${mid}&r=6`,
  ]);
});

test("consent is passed on to those who want it and have no macro for it", () => {
  const consenting = { gdpr: "1", gdprConsent: "C O" } as const;
  const wanting = { passConsent: true };
  assert.deepEqual(urlsOf(wanting), [`//s.example/?u=${device}&gdpr=0`]);
  assert.deepEqual(urlsOf(wanting, consenting), [
    `//s.example/?u=${device}&gdpr=1&gdpr_consent=C%20O`,
  ]);
  assert.deepEqual(urlsOf({ ...wanting, urls: ["//s.example/x#top"] }), [
    "//s.example/x?gdpr=0#top",
  ]);
  const own = "//s.example/?g=${GDPR}&c=${GDPR_CONSENT_7}";
  assert.deepEqual(urlsOf({ ...wanting, urls: [own] }, consenting), ["//s.example/?g=1&c=C%20O"]);
});
