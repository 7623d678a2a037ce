// The store in the end, beside the model.

import type { Identity, IdentityKey } from "../../src/model/identity.ts";
import { identityKeyText } from "../../src/model/identity-key.ts";
import { asDataSourceId, parseDeviceId } from "../../src/model/ids.ts";
import { EMPTY_PROFILE } from "../../src/model/profile.ts";
import type { VisitorStore } from "../../src/profiles/visitor-store.ts";
import { traitFaults } from "./compare-profiles.ts";
import { loadByName } from "./memberships.ts";
import { type KnownIdentity, lifeDaysOf, type Model } from "./model.ts";
import { bySync, dayOf } from "./model-links.ts";

export async function finalFaults(
  store: VisitorStore,
  model: Model,
  now: number,
): Promise<readonly string[]> {
  const profiles = await loadByName(store, [...model.profiles().keys()]);
  const faults = [...model.profiles()].flatMap(([name, profile]) =>
    traitFaults(profile, profiles.get(name) ?? EMPTY_PROFILE, {
      now,
      lifeDays: lifeDaysOf(name),
    }).map((fault) => `${name}: ${fault}`),
  );
  const names = [...model.devices(), ...model.declared()];
  const identities = await store.loadIdentities(names.map(identityKeyOf));
  for (const [place, name] of names.entries()) {
    const stored = identities[place];
    if (stored === undefined) continue;
    const [is, shouldBe] = [shownIdentity(stored), shownModel(name, model.identity(name))];
    if (is !== shouldBe) faults.push(`${name} is\n    ${is}\n  not\n    ${shouldBe}`);
  }
  return faults;
}

/** Everything that is stored, as text: the same for whatever store says the same. */
export async function describeStored(store: VisitorStore, model: Model): Promise<string> {
  const profiles = await loadByName(store, [...model.profiles().keys()].sort());
  const names = [...model.devices(), ...model.declared()].sort();
  const identities = await store.loadIdentities(names.map(identityKeyOf));
  return JSON.stringify([[...profiles], identities], withKeysInOrder);
}

function withKeysInOrder(_name: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries);
}

function shownIdentity({ lastSeen, links, optOuts }: Identity): string {
  const shown = links.map(({ to, state, lastSync, lastAuth }) => {
    return `${identityKeyText(to)}/${state} synced ${lastSync} logged in ${lastAuth}`;
  });
  const out = optOuts.map(({ pid }) => pid);
  return `seen on day ${dayOf(lastSeen)}, linked [${shown.join(", ")}], opted out of [${out}]`;
}

function shownModel(name: string, { device, devices, optOuts }: KnownIdentity): string {
  const isDevice = !name.includes(":");
  const links = isDevice ? device.links.toSorted(bySync) : devices;
  const shown = links.map((link) => {
    const to = isDevice ? link.declared : link.device;
    return `${to}/${link.state} synced ${link.lastSync} logged in ${link.lastAuth}`;
  });
  const out = [...optOuts].sort();
  const seen = dayOf(device.lastSeen);
  return `seen on day ${seen}, linked [${shown.join(", ")}], opted out of [${out}]`;
}

function identityKeyOf(name: string): IdentityKey {
  const colon = name.indexOf(":");
  if (colon >= 0) {
    const dataSourceId = asDataSourceId(Number(name.slice(0, colon)));
    return { kind: "declared", dataSourceId, id: name.slice(colon + 1) };
  }
  const device = parseDeviceId(name);
  if (device === null) throw new Error(`${name} is no device.`);
  return { kind: "device", device };
}
