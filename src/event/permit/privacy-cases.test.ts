// The consent rows of the conformance cases on privacy: what is answered, what is stored, who
// is opted out; and which address is looked at.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { buildWorld, callOf, geoTable } from "../../../test/support/event-world.ts";
import { PROTOCOL_WORKSPACE } from "../../../test/support/protocol-vectors.ts";
import type { IdentityKey } from "../../model/identity.ts";
import { asDataSourceId, parseDeviceId } from "../../model/ids.ts";
import type { Visit } from "../../profiles/visitor-store.ts";
import { MemoryVisitorStore } from "../../stores/memory/memory-visitor-store.ts";
import { handleEvent } from "../handle-event.ts";

interface PrivacyCase {
  readonly id: string;
  readonly request: string;
  readonly cookies?: Readonly<Record<string, string>>;
  readonly errors?: readonly number[];
  readonly stored?: boolean;
  readonly optOut?: unknown;
}

// The file is a copy of the specification's.
const CASES: readonly PrivacyCase[] = JSON.parse(
  readFileSync(new URL("../../../cases/privacy.json", import.meta.url), "utf8"),
);

/** Strings that say what the cases say in words; the vendor is 565, the platforms are 7, 4000 and 99. */
const TEXTS: Readonly<Record<string, string>> = {
  "<purposes 1,10 and vendor>": "CP1R2oAP1R2oAAHABBENDIEgAIBAAAAAAAqIEawAQEagAAAA",
  "<full consent>": "CP1R2oAP1R2oAAHABBENDIEgAIBAAAAAAAqIEawAQEagAAAA",
  "<purpose 1 and vendor, no purpose 10>": "CP1R2oAP1R2oAAHABBENDIEgAIAAAAAAAAqIEawAQEagAAAA",
  "<refusal>": "CP1R2oAP1R2oAAHABBENDIEgAAAAAAAAAAqIAAAAAAAA",
  "<CMP not in list>": "CP1R2oAP1R2oA-gABBENDIEgAIBAAAAAAAqIEawAQEagAAAA",
  "<CMP deleted before now>": "CP1R2oAP1R2oABjABBENDIEgAIBAAAAAAAqIEawAQEagAAAA",
};

const ALPHA = 1957;
const DEVICE = "22920112968019678612904394744954398990";
const LINKED_DEVICE = "07955261652886032950143702505894272138";

// The workspace's type names only what most tests change.
const DATA_SOURCES: readonly object[] = Reflect.get(PROTOCOL_WORKSPACE, "dataSources");

const WORKSPACE = {
  ...PROTOCOL_WORKSPACE,
  partners: PROTOCOL_WORKSPACE.partners.map((one) => ({ ...one, tcf: one.pid === ALPHA })),
  dataSources: [
    ...DATA_SOURCES,
    { dataSourceId: 123, pid: ALPHA, name: "Members", idType: "CROSS_DEVICE" },
  ],
};

/** A store that knows how many calls left something in a profile. */
class WatchedStore extends MemoryVisitorStore {
  writes = 0;

  override commitVisit(visit: Visit): Promise<"stored" | "opted-out"> {
    if (visit.profiles.length > 0) this.writes++;
    return super.commitVisit(visit);
  }
}

const KEYS: Readonly<Record<string, IdentityKey>> = {
  "123:987": { kind: "declared", dataSourceId: asDataSourceId(123), id: "987" },
  "last linked device": deviceKey(LINKED_DEVICE),
  "request device": deviceKey(DEVICE),
};

function deviceKey(text: string): IdentityKey {
  const device = parseDeviceId(text);
  assert.ok(device !== null);
  return { kind: "device", device };
}

/** Which of `KEYS` are opted out with the partner because of a refusal. */
async function optedOut(store: WatchedStore): Promise<string[]> {
  const identities = await store.loadIdentities(Object.values(KEYS));
  return Object.keys(KEYS).filter((_, at) =>
    identities[at]?.optOuts.some(({ pid, reason }) => pid === ALPHA && reason === "consent"),
  );
}

function expectedOptOuts({ optOut, request }: PrivacyCase): readonly string[] {
  if (Array.isArray(optOut)) return optOut.map(String);
  if (optOut !== "IDs on the request") return [];
  return request.includes("987") ? ["123:987", "request device"] : ["request device"];
}

const ROWS = CASES.filter(({ id }) => /^P(?:1[4-9]|2[01])$/.test(id));
assert.equal(ROWS.length, 8);

for (const row of ROWS) {
  test(`${row.id}: ${row.request}`, async () => {
    const store = new WatchedStore();
    const world = buildWorld(WORKSPACE, { store });
    await handleEvent(world, callOf(`/event?d_uuid=${LINKED_DEVICE}&d_cid=123%01987`));
    store.writes = 0;

    const target = row.request.replace(/<.*>/, (words) => {
      const text = TEXTS[words];
      assert.ok(text !== undefined, words);
      return text;
    });
    const cookie = `demdex=${row.cookies?.["demdex"] ?? DEVICE}`;
    // The parameter realizes a trait, so that a call which is collected leaves something.
    const call = callOf(`${target}&key1=val1`, { headers: ["Cookie", cookie] });
    const reply = await handleEvent(world, call);
    const codes = reply.errors.map(({ code }) => code);
    if (row.errors !== undefined) assert.deepEqual(codes, row.errors);
    assert.equal(store.writes > 0, row.stored);
    assert.deepEqual(await optedOut(store), expectedOptOuts(row));
  });
}

test("P23: the address that the database of places and the rules see is the shortened one", async () => {
  const row = CASES.find(({ id }) => id === "P23");
  assert.ok(row?.request.includes("203.0.113.77"));
  const geo = geoTable({});
  const partners = PROTOCOL_WORKSPACE.partners.map((one) => ({ ...one, ipObfuscation: "all" }));
  const world = buildWorld({ ...PROTOCOL_WORKSPACE, partners }, { geo });
  await handleEvent(world, callOf("/event?d_rtbd=json", { address: "203.0.113.77" }));
  assert.deepEqual([...new Set(geo.asked)], ["203.0.113.0"]);
});
