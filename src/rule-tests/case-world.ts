// A node without a network for one case: the definitions, an empty store in memory, a clock that the case sets.

import type { PartnerDefinition, Workspace } from "@dunlin/contract/workspace";
import { compileSnapshot } from "../catalog/compile.ts";
import type { CatalogSnapshot } from "../catalog/snapshot.ts";
import { buildDeviceDetector } from "../devices/detect-device.ts";
import type { EventWorld } from "../event/world.ts";
import { type DeviceId, parseDeviceId } from "../model/ids.ts";
import { invariant } from "../model/result.ts";
import { ManualClock } from "../ops/clock.ts";
import { MemoryVisitorStore } from "../stores/memory/memory-visitor-store.ts";

export const CASE_DOMAIN = "rules.test";
const REGION = 6;
const TRANSACTION_ID = "AAAAAAAAAAA=";

export interface CaseWorld {
  readonly world: EventWorld;
  readonly clock: ManualClock;
  /** Faults of ours that calls survived. */
  readonly faults: unknown[];
}

/**
 * The definitions as calls of cases see them: answers say traits and segments, and nobody who calls often is
 * kept out.
 */
export function compileForCases(workspace: Workspace): CatalogSnapshot {
  const { settings, partners } = workspace;
  const tested: Workspace = {
    ...workspace,
    settings: { ...settings, rateLimit: null, autoDeny: null, cookieConfirm: false },
    partners: partners.map((one): PartnerDefinition => ({ ...one, traitsInResponse: true })),
  };
  // Visitor IDs of partners follow from the secret; no case asks for one.
  return compileSnapshot(tested, { revision: 1, secret: new Uint8Array(32) });
}

export function buildCaseWorld(catalog: CatalogSnapshot, now: number): CaseWorld {
  const clock = new ManualClock(now);
  const faults: unknown[] = [];
  const world: EventWorld = {
    domain: CASE_DOMAIN,
    region: REGION,
    catalog: () => catalog,
    now: () => clock.now(),
    newDeviceId: () => NOBODY,
    newTransactionId: () => TRANSACTION_ID,
    random: () => 0,
    newBlob: () => "",
    geo: null,
    detectDevice: buildDeviceDetector(),
    store: new MemoryVisitorStore(),
    reportFault: (_step, fault) => void faults.push(fault),
  };
  return { world, clock, faults };
}

/** Every call of a case names its device: this one is never asked for. */
const NOBODY: DeviceId = nobody();

function nobody(): DeviceId {
  const device = parseDeviceId("1".padStart(38, "0"));
  invariant(device !== null, "it is written as a device is");
  return device;
}
