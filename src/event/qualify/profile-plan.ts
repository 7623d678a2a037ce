// Which profiles does a call read, under each merge rule in use ("Audience model", Read and merge)?
//
// Some rules need to know more before they can say: who else is linked to whom, and which devices a
// graph puts together. A plan then says what it wants to be given, at most twice: people and clusters,
// then devices. Nobody who has opted out is read, or told of a segment.

import type { MergeRuleDefinition } from "@dunlin/contract/workspace";
import type { SegmentGroup } from "../../catalog/snapshot.ts";
import type { DeclaredId, Identity, IdentityKey } from "../../model/identity.ts";
import { declaredIdentity, deviceIdentity, identityKeyText } from "../../model/identity-key.ts";
import { asDataSourceId, type DataSourceId, type DeviceId } from "../../model/ids.ts";
import { lastAuthenticated } from "../../model/links.ts";
import type { ProfileKey } from "../../profiles/store.ts";
import { MAX_MERGED_DEVICES, profileLinkDevices } from "../../rules/merge/merge.ts";
import { isSameId, loggedIn, type Visit } from "./visit.ts";
import { declaredKey } from "./write-plan.ts";

export type ReadPlan = UnfinishedPlan | WholePlan;

export interface UnfinishedPlan {
  readonly kind: "unfinished";
  readonly wanted: Wanted;
  /** The plan that follows from what was wanted. */
  given(found: Found): ReadPlan;
}

export interface Wanted {
  readonly identities: readonly IdentityKey[];
  readonly clusters: readonly ClusterKey[];
}

/** The cluster of a device in an external device graph. */
export interface ClusterKey {
  readonly dataSourceId: DataSourceId;
  readonly device: DeviceId;
}

/** In the order of what was wanted; null for what could not be read. */
export interface Found {
  readonly identities: readonly (Identity | null)[];
  readonly clusters: readonly (readonly DeviceId[] | null)[];
}

export interface WholePlan {
  readonly kind: "whole";
  /** What to load. The call's own device comes first, read by a rule or not. */
  readonly profiles: readonly ProfileKey[];
  /** The rules that read something. The others are not evaluated: who is in their segments stays in. */
  readonly rules: readonly RuleReads[];
  /** Of the devices among the profiles, as far as anybody asked. */
  readonly identities: ReadonlyMap<DeviceId, Identity>;
}

export interface RuleReads {
  readonly group: SegmentGroup;
  /** Places among the plan's profiles. */
  readonly places: readonly number[];
}

/** What is known while a plan is being made. People and devices that may not be read are null. */
interface Knowledge {
  readonly people: ReadonlyMap<string, Identity | null>;
  readonly clusters: ReadonlyMap<DataSourceId, readonly DeviceId[]>;
  readonly devices: ReadonlyMap<DeviceId, Identity | null>;
}

const NOTHING_KNOWN: Knowledge = { people: new Map(), clusters: new Map(), devices: new Map() };
const NO_IDENTITIES: ReadonlyMap<DeviceId, Identity> = new Map();
const DEVICE_ALONE: readonly number[] = [0];

export function planReads(visit: Visit): ReadPlan {
  const { partner, device, ids, identity } = visit;
  if (ids.length === 0 && identity.links.length === 0 && !partner.mergeNeeds.deviceGraphs) {
    return planOfDevice(visit);
  }
  const people = peopleToAskFor(visit);
  const clusters = clustersToAskFor(visit);
  const wanted = { identities: people.map(declaredIdentity), clusters };
  return ask(wanted, (found) => {
    const known = {
      people: new Map(people.map((one, at) => [textOf(one), found.identities[at] ?? null])),
      clusters: new Map(
        clusters.map(({ dataSourceId }, at) => [dataSourceId, found.clusters[at] ?? []]),
      ),
    };
    const readable = { ...NOTHING_KNOWN, ...known, people: withoutOptedOut(known.people, visit) };
    const devices = devicesToAskFor(visit, readable);
    const deviceKeys = devices.map(deviceIdentity);
    return ask({ identities: deviceKeys, clusters: [] }, (then) => {
      const identities = new Map(devices.map((one, at) => [one, then.identities[at] ?? null]));
      const readableDevices = withoutOptedOut(identities, visit).set(device, identity);
      return wholePlan(visit, { ...readable, devices: readableDevices });
    });
  });
}

function ask(wanted: Wanted, given: (found: Found) => ReadPlan): ReadPlan {
  return wanted.identities.length + wanted.clusters.length === 0
    ? given({ identities: [], clusters: [] })
    : { kind: "unfinished", wanted, given };
}

/** Of a visitor of whom nothing but the device is known. */
function planOfDevice({ partner, device }: Visit): WholePlan {
  const rules: RuleReads[] = [];
  for (const group of partner.segmentGroups) {
    if (readsDevice(group.mergeRule)) rules.push({ group, places: DEVICE_ALONE });
  }
  const profiles: ProfileKey[] = [{ kind: "device", pid: partner.pid, device }];
  return { kind: "whole", profiles, rules, identities: NO_IDENTITIES };
}

function readsDevice({ device }: MergeRuleDefinition): boolean {
  return device === "DEVICE" || device === "PROFILE_LINK" || device === "EXTERNAL";
}

/**
 * The person of a rule's data source: who is logged in with the call, else, where the rule says so, who
 * was last logged in on the device.
 */
function personOf(
  visit: Visit,
  rule: MergeRuleDefinition,
  dataSourceId: DataSourceId,
): DeclaredId | null {
  const present = loggedIn(visit, dataSourceId);
  if (present !== null || rule.crossDevice !== "LAST") return present;
  const { partner, identity, now } = visit;
  if (partner.dataSources.get(dataSourceId)?.authenticatedProfile !== true) return null;
  return lastAuthenticated(identity, dataSourceId, now);
}

/** Those of whom a rule needs the devices, and those whom the call does not name: have they opted out? */
function peopleToAskFor(visit: Visit): readonly DeclaredId[] {
  const people = new Map<string, DeclaredId>();
  for (const { mergeRule } of visit.partner.segmentGroups) {
    for (const person of peopleOf(visit, mergeRule)) {
      const isNamed = visit.ids.some((id) => isSameId(id, person));
      if (mergeRule.device === "PROFILE_LINK" || !isNamed) people.set(textOf(person), person);
    }
  }
  return [...people.values()];
}

function peopleOf(visit: Visit, rule: MergeRuleDefinition): DeclaredId[] {
  if (rule.crossDevice !== "CURRENT" && rule.crossDevice !== "LAST") return [];
  return rule.dataSourceIds.flatMap((id) => personOf(visit, rule, asDataSourceId(id)) ?? []);
}

function clustersToAskFor({ partner, device }: Visit): readonly ClusterKey[] {
  const graphs = new Set<number>();
  for (const { mergeRule } of partner.segmentGroups) {
    if (mergeRule.device !== "EXTERNAL" || mergeRule.deviceGraphDataSourceId === null) continue;
    graphs.add(mergeRule.deviceGraphDataSourceId);
  }
  return [...graphs].map((id) => ({ dataSourceId: asDataSourceId(id), device }));
}

/** Others than the call's own of which some rule must know who was last on them, or who has opted out. */
function devicesToAskFor(visit: Visit, known: Knowledge): readonly DeviceId[] {
  const devices = new Set<DeviceId>();
  for (const { mergeRule } of visit.partner.segmentGroups) {
    if (mergeRule.device === "PROFILE_LINK") {
      for (const person of peopleOf(visit, mergeRule)) {
        for (const { to } of known.people.get(textOf(person))?.links ?? []) {
          if (to.kind === "device") devices.add(to.device);
        }
      }
    }
    for (const device of clusterOf(visit, mergeRule, known)) devices.add(device);
  }
  devices.delete(visit.device);
  return [...devices];
}

/** The device and those that a graph puts together with it; the device alone where no graph is asked. */
function clusterOf({ device }: Visit, rule: MergeRuleDefinition, known: Knowledge): DeviceId[] {
  if (rule.device !== "EXTERNAL" || rule.deviceGraphDataSourceId === null) return [device];
  const cluster = known.clusters.get(asDataSourceId(rule.deviceGraphDataSourceId)) ?? [];
  const others = cluster.filter((other) => other !== device);
  return [device, ...others.slice(0, MAX_MERGED_DEVICES - 1)];
}

function wholePlan(visit: Visit, known: Knowledge): WholePlan {
  const { partner, device } = visit;
  const profiles = new ProfileList({ kind: "device", pid: partner.pid, device });
  const rules: RuleReads[] = [];
  for (const group of partner.segmentGroups) {
    const people = peopleOf(visit, group.mergeRule).filter((one) => mayRead(visit, known, one));
    const keys = [
      ...devicesOf(visit, group.mergeRule, known).map(
        (one): ProfileKey => ({ kind: "device", pid: partner.pid, device: one }),
      ),
      ...people.map(declaredKey),
    ];
    if (keys.length > 0) rules.push({ group, places: keys.map((key) => profiles.placeOf(key)) });
  }
  const identities = new Map<DeviceId, Identity>();
  for (const [one, identity] of known.devices) if (identity !== null) identities.set(one, identity);
  return { kind: "whole", profiles: profiles.keys, rules, identities };
}

function devicesOf(visit: Visit, rule: MergeRuleDefinition, known: Knowledge): DeviceId[] {
  if (!readsDevice(rule)) return [];
  if (rule.device !== "PROFILE_LINK") {
    return clusterOf(visit, rule, known).filter((one) => known.devices.get(one) != null);
  }
  const [person] = peopleOf(visit, rule);
  if (person === undefined) return [visit.device];
  const links = known.people.get(textOf(person))?.links ?? [];
  const devices = links.flatMap((link) => {
    if (link.to.kind !== "device") return [];
    const { device } = link.to;
    const identity = known.devices.get(device);
    if (identity == null) return [];
    const last = lastAuthenticated(identity, person.dataSourceId, visit.now);
    return last !== null && isSameId(last, person) ? [{ ...link, device }] : [];
  });
  return profileLinkDevices(visit.device, devices);
}

/** Whom the call names was found not to be opted out before; of others it must be known. */
function mayRead(visit: Visit, known: Knowledge, person: DeclaredId): boolean {
  return visit.ids.some((id) => isSameId(id, person)) || known.people.get(textOf(person)) != null;
}

function withoutOptedOut<Key>(
  identities: ReadonlyMap<Key, Identity | null>,
  { partner }: Visit,
): Map<Key, Identity | null> {
  const readable = new Map(identities);
  for (const [key, identity] of identities) {
    if (identity?.optOuts.some(({ pid }) => pid === partner.pid)) readable.set(key, null);
  }
  return readable;
}

/** A text that no two IDs share. */
function textOf(person: DeclaredId): string {
  return identityKeyText(declaredIdentity(person));
}

/** Keys without repeats, each with its place. */
class ProfileList {
  readonly keys: ProfileKey[] = [];
  readonly #places = new Map<string, number>();

  constructor(first: ProfileKey) {
    this.placeOf(first);
  }

  placeOf(key: ProfileKey): number {
    const text = key.kind === "device" ? key.device : textOf(key);
    let place = this.#places.get(text);
    if (place === undefined) {
      place = this.keys.push(key) - 1;
      this.#places.set(text, place);
    }
    return place;
  }
}
