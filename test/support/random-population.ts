// A workspace, and visitors who lived under it for some months, by chance: for tests of what is counted.

import { readWorkspace } from "../../src/catalog/read-workspace.ts";
import { handleEvent } from "../../src/event/handle-event.ts";
import { asDataSourceId, asPartnerId, type DeviceId, parseDeviceId } from "../../src/model/ids.ts";
import { DAY_MS } from "../../src/model/time.ts";
import type { ScannedStore } from "../../src/profiles/profile-scan.ts";
import { buildWorld, callOf } from "./event-world.ts";
import type { Random } from "./random.ts";
import { randomRuleText } from "./random-segment-rules.ts";

export const PID = asPartnerId(1957);
export const CRM = 1001;
export const LOYALTY = 1003;
const SITE = 1002;
const GRAPH = 1004;
const TRAITS = 14;
const FOLDER_TRAIT = 15;

const owner = { pid: 1957, dataSourceId: SITE };

type MergeRule = readonly [crossDevice: string, device: string, dataSourceIds: readonly number[]];

const MERGE_RULES: readonly MergeRule[] = [
  ["NONE", "DEVICE", []],
  ["NONE", "EXTERNAL", []],
  ["CURRENT", "NO_DEVICE", [CRM, LOYALTY]],
  ["CURRENT", "DEVICE", [CRM]],
  ["LAST", "DEVICE", [CRM, LOYALTY]],
  ["LAST", "PROFILE_LINK", [CRM]],
  ["LAST", "EXTERNAL", [LOYALTY]],
  ["ALL", "NA", [CRM]],
];

/** The same on each call with equal chances; every segment's rule can be saved. */
export function randomWorkspace(random: Random): Record<string, unknown> {
  const rules = shuffled(random, MERGE_RULES).slice(0, random.chance(0.3) ? 1 : 4);
  const traits = Array.from({ length: TRAITS }, (_, place) => ({
    ...owner,
    ...{ sid: place + 1, name: `Trait ${place + 1}`, traitRule: `t == "${place + 1}"` },
    ...{ ttl: random.pick([0, 1, 5, 30, 120]), folderId: random.below(3) },
    ...(random.chance(0.1) && { status: "INACTIVE" }),
  }));
  const computed = random.chance(0.4)
    ? [
        { ...owner, sid: 20, name: "Seen", traitType: "ACTIVE_AUDIENCE_TRAIT" },
        { ...owner, dataSourceId: CRM, sid: 21, name: "Known", traitType: SYNCED },
      ]
    : [];
  const mergeRules = rules.map(([crossDevice, device, dataSourceIds], place) => ({
    ...{ mergeRuleId: place + 1, pid: 1957, name: `Rule ${place + 1}` },
    ...{ crossDevice, device, dataSourceIds, default: place === 0 },
    deviceGraphDataSourceId: device === "EXTERNAL" ? GRAPH : null,
  }));
  const segments = Array.from({ length: 40 }, (_, place) => ({
    ...owner,
    ...{ sid: 100 + place, name: `Segment ${place}`, segmentRule: segmentRule(random, computed) },
    mergeRuleId: 1 + random.below(rules.length),
    ...(random.chance(0.05) && { status: "INACTIVE" }),
  }));
  const base = {
    partners: [{ pid: 1957, alias: "alpha", name: "Alpha", orgId: `${"0".repeat(24)}@AdobeOrg` }],
    dataSources: [
      { dataSourceId: CRM, pid: 1957, name: "CRM", idType: "CROSS_DEVICE", retentionMonths: 2 },
      { dataSourceId: LOYALTY, pid: 1957, name: "Loyalty", idType: "CROSS_DEVICE" },
      { dataSourceId: SITE, pid: 1957, name: "Site", idType: "COOKIE" },
      { dataSourceId: GRAPH, pid: 1957, name: "Graph", idType: "COOKIE", deviceGraph: true },
    ],
    folders: [
      { folderId: 1, pid: 1957, name: "Cars", parentFolderId: 0, traitSid: FOLDER_TRAIT },
      { folderId: 2, pid: 1957, name: "Red cars", parentFolderId: 1, traitSid: FOLDER_TRAIT + 1 },
    ],
    ...{ traits: [...traits, ...computed], mergeRules },
  };
  return { ...base, segments: withoutFaulty(base, segments) };
}

const SYNCED = "DATA_SOURCE_SYNCED_TRAIT";

function segmentRule(random: Random, computed: readonly object[]): string {
  const rule = randomRuleText(random, FOLDER_TRAIT + 1, 2);
  if (computed.length === 0 || random.chance(0.7)) return rule;
  return `${random.pick(["20T", "21T"])} ${random.pick(["AND", "OR", "AND NOT"])} (${rule})`;
}

/** Segments whose rules could not be saved are left out. */
function withoutFaulty(base: object, segments: readonly object[]): readonly object[] {
  const read = readWorkspace({ ...base, segments });
  if (read.ok) return segments;
  const faulty = new Set<number>();
  for (const { at } of read.error) {
    const place = /^\/segments\/([0-9]+)\//.exec(at)?.[1];
    if (place === undefined) throw new Error(`Faulty workspace: ${JSON.stringify(read.error)}`);
    faulty.add(Number(place));
  }
  return withoutFaulty(
    base,
    segments.filter((_, place) => !faulty.has(place)),
  );
}

export interface Population {
  readonly devices: readonly DeviceId[];
  /** Data source and ID. */
  readonly people: readonly (readonly [number, string])[];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Calls of a few dozen devices over some months, logins, opt-outs and a device graph among them. */
export async function populate(
  store: ScannedStore,
  workspace: Record<string, unknown>,
  random: Random,
): Promise<Population> {
  const world = buildWorld(workspace, { store });
  const devices = Array.from({ length: 40 }, () => randomDevice(random));
  const people = Array.from(
    { length: 16 },
    (_, place) => [random.pick([CRM, LOYALTY]), `person-${place}`] as const,
  );
  const start = world.nowMs;
  const called = new Set<DeviceId>();
  const named = new Set<(typeof people)[number]>();
  for (let call = 0; call < 400; call++) {
    world.nowMs = start + Math.floor((call / 400) * 170) * DAY_MS + random.below(DAY_MS);
    const device = random.pick(devices);
    const query = [`d_uuid=${device}`];
    for (let count = random.below(4); count > 0; count--)
      query.push(`t=${1 + random.below(TRAITS)}`);
    if (random.chance(0.4)) {
      const person = random.pick(people);
      named.add(person);
      query.push(`d_cid=${person[0]}%01${person[1]}%01${random.below(3)}`);
    }
    called.add(device);
    await handleEvent(world, callOf(`/event?${query.join("&")}`));
  }
  if (world.faults.length > 0) throw new Error("A call failed.", { cause: world.faults[0] });
  const clusters = [devices.slice(0, 3), devices.slice(3, 9), devices.slice(9, 11)];
  await store.graphs.replace(asDataSourceId(GRAPH), clusters);
  await optSomeOut(store, random, { devices, people });
  return { devices: [...called], people: [...named], now: start + 171 * DAY_MS };
}

async function optSomeOut(
  store: ScannedStore,
  random: Random,
  { devices, people }: Omit<Population, "now">,
): Promise<void> {
  const optOut = { kind: "opt-out", pid: PID, reason: "request", at: 1 } as const;
  const [dataSourceId = CRM, id = ""] = random.pick(people);
  await store.commitVisit({
    profiles: [],
    guard: null,
    identities: [
      { ...optOut, key: { kind: "device", device: random.pick(devices) } },
      { ...optOut, key: { kind: "declared", dataSourceId: asDataSourceId(dataSourceId), id } },
    ],
  });
}

function randomDevice(random: Random): DeviceId {
  const digits = Array.from({ length: 36 }, () => random.below(10)).join("");
  const device = parseDeviceId(`0${digits.slice(0, 18)}0${digits.slice(18)}`);
  if (device === null) throw new Error("It is written as a device is.");
  return device;
}

function shuffled<T>(random: Random, items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, place: random.next() }))
    .sort((one, other) => one.place - other.place)
    .map(({ item }) => item);
}
