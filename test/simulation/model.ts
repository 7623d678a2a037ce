// The slow twin of everything: what must be known of visitors after each step, found out one call after
// the other, in maps of lists.

import { type Definitions, SOURCES } from "./definitions.ts";
import { afterSighting, type ModelProfile, UNSEEN } from "./history-of-traits.ts";
import { type DeviceLinks, type ModelLink, ModelLinks, sourceOfDeclared } from "./model-links.ts";
import type { PlannedCall } from "./planned-call.ts";

export const DEVICE_LIFE_DAYS = 120;

/** `device:1:0…07` or `declared:11:jane`, as stores name them. */
export type ProfileName = string;

export function profileOfDevice(pid: number, device: string): ProfileName {
  return `device:${pid}:${device}`;
}

export function profileOfDeclared(declared: string): ProfileName {
  return `declared:${declared}`;
}

export function declaredOf(named: { readonly dataSourceId: number; readonly id: string }): string {
  const { dataSourceId, id } = named;
  return `${dataSourceId}:${id}`;
}

export function lifeDaysOf(profile: ProfileName): number {
  if (profile.startsWith("device:")) return DEVICE_LIFE_DAYS;
  const source = sourceOfDeclared(profile.slice("declared:".length));
  return SOURCES.get(source)?.lifeDays ?? DEVICE_LIFE_DAYS;
}

/** What was known of a device or a declared ID at a moment. */
export interface KnownIdentity {
  /** Of a device; of a declared ID there are none. */
  readonly device: DeviceLinks;
  /** Of a declared ID, the most recently synced first. */
  readonly devices: readonly ModelLink[];
  readonly optOuts: ReadonlySet<number>;
}

const NONE: ReadonlySet<number> = new Set();

/** The call as the model carries it out. */
export interface CallToStore {
  readonly planned: PlannedCall;
  readonly device: string;
  readonly now: number;
  readonly definitions: Definitions;
}

export class Model {
  readonly links = new ModelLinks();
  readonly #profiles = new Map<ProfileName, ModelProfile>();
  readonly #optOuts = new Map<string, ReadonlySet<number>>();
  readonly #devices = new Set<string>();
  readonly #declared = new Set<string>();

  profile(name: ProfileName): ModelProfile {
    return this.#profiles.get(name) ?? UNSEEN;
  }

  profiles(): ReadonlyMap<ProfileName, ModelProfile> {
    return this.#profiles;
  }

  /** Every device and every declared ID that anything was ever stored of. */
  devices(): readonly string[] {
    return [...this.#devices];
  }

  declared(): readonly string[] {
    return [...this.#declared];
  }

  identity(name: string): KnownIdentity {
    const device = this.links.ofDevice(name);
    const devices = this.links.ofDeclared(name);
    return { device, devices, optOuts: this.#optOuts.get(name) ?? NONE };
  }

  isOptedOut(name: string, pid: number): boolean {
    return this.#optOuts.get(name)?.has(pid) === true;
  }

  /** All that an event changes: links, sightings and what was realized. */
  storeEvent(call: CallToStore, hadLinks: boolean): void {
    const { planned, device, now } = call;
    this.#devices.add(device);
    for (const id of planned.ids) {
      const declared = declaredOf(id);
      this.#declared.add(declared);
      this.links.name({ device, declared, state: id.state, at: now });
    }
    if (planned.ids.length > 0 || hadLinks) this.links.see(device, now);
    for (const [name, realized] of writesOf(call)) {
      const sighting = { at: now, lifeDays: lifeDaysOf(name), realized };
      this.#profiles.set(name, afterSighting(this.profile(name), sighting));
    }
  }

  storeOptOut(names: readonly string[], pid: number): void {
    for (const name of names) {
      (name.includes(":") ? this.#declared : this.#devices).add(name);
      this.#optOuts.set(name, new Set([...(this.#optOuts.get(name) ?? NONE), pid]));
    }
  }

  storeOptIn(names: readonly string[], pid: number): void {
    for (const name of names) {
      const left = [...(this.#optOuts.get(name) ?? NONE)].filter((one) => one !== pid);
      this.#optOuts.set(name, new Set(left));
    }
  }
}

/** What a call realizes, with the lives of the traits. */
export function realizedBy({ planned, definitions }: CallToStore): ReadonlyMap<number, number> {
  const realized = new Map<number, number>();
  for (const sid of [...planned.traits, ...planned.direct].sort((a, b) => a - b)) {
    const trait = definitions.traits.get(sid);
    if (trait?.isActive && trait.pid === planned.pid) realized.set(sid, trait.ttlDays);
  }
  return realized;
}

/** The IDs that are logged in with a call: of each source the last that says so. */
export function loggedInWith({ ids }: PlannedCall): ReadonlyMap<number, string> {
  const loggedIn = new Map<number, string>();
  for (const id of ids) {
    const isPerson = SOURCES.get(id.dataSourceId)?.idType === "CROSS_DEVICE";
    if (isPerson && id.state === 1) loggedIn.set(id.dataSourceId, declaredOf(id));
  }
  return loggedIn;
}

/** The profiles that a call sees, and what is realized on each. */
export function writesOf(call: CallToStore): ReadonlyMap<ProfileName, ReadonlyMap<number, number>> {
  const { planned, device } = call;
  const realized = realizedBy(call);
  const nothing: ReadonlyMap<number, number> = new Map();
  const writers = new Set(loggedInWith(planned).values());
  const own = writers.size === 0 ? realized : nothing;
  const writes = new Map([[profileOfDevice(planned.pid, device), own]]);
  for (const id of planned.ids) {
    if (SOURCES.get(id.dataSourceId)?.idType !== "CROSS_DEVICE") continue;
    const declared = declaredOf(id);
    writes.set(profileOfDeclared(declared), writers.has(declared) ? realized : nothing);
  }
  return writes;
}
