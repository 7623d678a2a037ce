// Who must be in which segments, after a call that nobody disturbed, and after an opt-out.

import { asDataSourceId, asPartnerId, parseDeviceId } from "../../src/model/ids.ts";
import { EMPTY_PROFILE, type Profile } from "../../src/model/profile.ts";
import type { ProfileKey } from "../../src/profiles/store.ts";
import type { VisitorStore } from "../../src/profiles/visitor-store.ts";
import { type Model, type ProfileName, profileOfDeclared, profileOfDevice } from "./model.ts";
import { restsOnPairs } from "./twin.ts";
import type { WatchedCall } from "./watched-call.ts";

export async function membershipFaults(store: VisitorStore, call: WatchedCall): Promise<string[]> {
  const verdicts = call.verdicts();
  const device = call.device();
  const names = [...new Set(verdicts.flatMap(({ reads }) => reads))];
  const profiles = await loadByName(store, names);
  const faults: string[] = [];
  for (const { segment, reads, holds } of verdicts) {
    const rule = call.definitions.mergeRules.get(segment.mergeRuleId);
    if (holds === null || rule === undefined) continue;
    for (const name of reads) {
      const entry = profiles.get(name)?.membership.find(({ sid }) => sid === segment.sid);
      const isPaired = name.startsWith("declared:") && restsOnPairs(rule);
      const isMember = isPaired
        ? entry?.evidence?.some((pair) => pair.device === device) === true
        : entry !== undefined;
      // What has ended keeps what it had, and reads as empty.
      if (isMember === holds || (isMember && call.readsAsEmpty(name))) continue;
      const said = isMember ? "is in" : "is not in";
      faults.push(`${name} ${said} segment ${segment.sid}, the twin says ${holds}`);
    }
  }
  for (const [name, profile] of profiles) {
    for (const { sid } of profile.membership) {
      if (call.definitions.segments.has(sid) || call.readsAsEmpty(name)) continue;
      faults.push(`${name} is in segment ${sid}, which is gone`);
    }
  }
  return faults;
}

/** Whoever has opted out is in no segment. */
export async function optOutFaults(
  store: VisitorStore,
  model: Model,
  call: WatchedCall,
): Promise<string[]> {
  const { pid } = call.planned;
  const names = call
    .flagged()
    .filter((name) => model.isOptedOut(name, pid))
    .map((name) => (name.includes(":") ? profileOfDeclared(name) : profileOfDevice(pid, name)));
  const profiles = await loadByName(store, names);
  return [...profiles].flatMap(([name, { membership }]) =>
    membership.length === 0
      ? []
      : [`${name} has opted out, but is in segments ${membership.map(({ sid }) => sid)}`],
  );
}

export async function loadByName(
  store: VisitorStore,
  names: readonly ProfileName[],
): Promise<ReadonlyMap<ProfileName, Profile>> {
  const profiles = await store.load(names.map(profileKeyOf));
  return new Map(names.map((name, place) => [name, profiles[place] ?? EMPTY_PROFILE]));
}

function profileKeyOf(name: ProfileName): ProfileKey {
  const [kind, first = "", ...rest] = name.split(":");
  const id = rest.join(":");
  if (kind === "declared") return { kind, dataSourceId: asDataSourceId(Number(first)), id };
  const device = parseDeviceId(id);
  if (device === null) throw new Error(`${name} is no profile.`);
  return { kind: "device", pid: asPartnerId(Number(first)), device };
}
