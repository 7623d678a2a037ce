// Calls with declared IDs for tests, without a server or a store.

import type { CatalogSnapshot, PartnerCatalog } from "../../src/catalog/snapshot.ts";
import { type CheckedIds, checkDeclaredIds } from "../../src/event/declared-ids/declared-ids.ts";
import { type LoginUse, readDeclaredIds } from "../../src/event/declared-ids/read-declared-ids.ts";
import { screenDeclaredIds } from "../../src/event/declared-ids/screen-declared-ids.ts";
import { Parameters } from "../../src/event/parse/parameters.ts";
import { asPartnerId, type DeviceId, parseDeviceId } from "../../src/model/ids.ts";
import { invariant } from "../../src/model/result.ts";
import type { DeniedKey } from "../../src/profiles/visitor-store.ts";
import { snapshotOf } from "./event-world.ts";
import { PROTOCOL_WORKSPACE } from "./protocol-vectors.ts";

/** The definitions of the protocol's vectors. */
export const CATALOG: CatalogSnapshot = snapshotOf(PROTOCOL_WORKSPACE);
export const ALPHA: PartnerCatalog = partnerOf(CATALOG, 1957);

export function partnerOf(catalog: CatalogSnapshot, pid: number): PartnerCatalog {
  const partner = catalog.partnersById.get(asPartnerId(pid));
  invariant(partner !== undefined, `partner ${pid} is defined`);
  return partner;
}

export function deviceId(text: string): DeviceId {
  const device = parseDeviceId(text);
  invariant(device !== null, `${text} is a device ID`);
  return device;
}

export function parametersOf(query: string): Parameters {
  const parameters = new Parameters();
  parameters.add(query);
  return parameters;
}

export interface CheckOptions {
  readonly catalog?: CatalogSnapshot;
  readonly partner?: PartnerCatalog | null;
  readonly use?: LoginUse;
  readonly isDenied?: (key: DeniedKey) => boolean;
  readonly hasOtherIdentity?: boolean;
}

/** All checks of a query's declared IDs, in their order. */
export function checkQuery(query: string, options: CheckOptions = {}): CheckedIds {
  const { catalog = CATALOG, partner = ALPHA, isDenied = () => false } = options;
  const named = readDeclaredIds(parametersOf(query), options.use ?? "logins");
  const screened = screenDeclaredIds(named, { catalog, partner });
  const denied = screened.questions.map(isDenied);
  return checkDeclaredIds(screened, denied, options.hasOtherIdentity ?? true);
}

/** A deny list's entry as the management API spells it. */
export function denies(kind: string, id: string): (key: DeniedKey) => boolean {
  return (key) => {
    switch (key.kind) {
      case "device":
        return kind === "device" && id === key.device;
      case "customer":
        return kind === "customer" && id === `${key.dataSourceId}:${key.id}`;
      case "dataSource":
        return kind === "dataSource" && id === String(key.dataSourceId);
    }
  };
}
