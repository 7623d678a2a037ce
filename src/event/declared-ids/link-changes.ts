// What a call writes of links ("Audience model", Which profile is written, and its limits).

import type { DataSourceDefinition } from "@dunlin/contract/workspace";
import type { Identity, IdentityChange, LinkLimits } from "../../model/identity.ts";
import type { DataSourceId, DeviceId } from "../../model/ids.ts";
import { utcDay } from "../../model/time.ts";
import type { CheckedIds } from "./declared-ids.ts";

export interface LinkedCall {
  readonly device: DeviceId;
  /** What is stored of the device. */
  readonly identity: Identity;
  readonly checked: Pick<CheckedIds, "ids" | "aliases">;
  /** The data source whose ID the device's owner does not want to be linked, or null. */
  readonly withheld: DataSourceId | null;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

const LIMITS: Readonly<Record<DataSourceDefinition["idType"], LinkLimits>> = {
  CROSS_DEVICE: { declaredPerDevice: 10, devicesPerDeclared: 100 },
  COOKIE: { declaredPerDevice: 1000, devicesPerDeclared: 1000 },
  DEVICE_ADVERTISING_ID: { declaredPerDevice: 100, devicesPerDeclared: 100 },
};

/**
 * Links to write, in the order in which the IDs were named: of two at one time the later is the more
 * recent. A device that has links is seen with the call; once a day is enough, since lives count days.
 */
export function linksToWrite(call: LinkedCall): readonly IdentityChange[] {
  const { device, identity, checked, withheld, now } = call;
  const { ids, aliases } = checked;
  if (ids.length === 0 && aliases.length === 0 && identity.links.length === 0) return NO_CHANGES;

  const changes: IdentityChange[] = [];
  for (const { dataSourceId, id, state, source } of ids) {
    if (dataSourceId === withheld) continue;
    const declared = { dataSourceId, id };
    changes.push({ kind: "link", device, declared, state, at: now, limits: LIMITS[source.idType] });
  }
  for (const declared of aliases) {
    const limits = LIMITS.DEVICE_ADVERTISING_ID;
    changes.push({ kind: "link", device, declared, state: 0, at: now, limits });
  }
  const isLinking = changes.length > 0;
  if (isLinking || (identity.links.length > 0 && utcDay(identity.lastSeen) < utcDay(now))) {
    changes.push({ kind: "seen", device, at: now });
  }
  return withheld === null ? changes : [...changes, ...unlinks(call, withheld)];
}

const NO_CHANGES: readonly IdentityChange[] = [];

function unlinks({ device, identity }: LinkedCall, withheld: DataSourceId): IdentityChange[] {
  return identity.links.flatMap(({ to }) =>
    to.kind === "declared" && to.dataSourceId === withheld
      ? [{ kind: "unlink" as const, device, declared: { dataSourceId: withheld, id: to.id } }]
      : [],
  );
}
