// A device graph as an operator loads it ("Management API", Own resources).

import type { Fault } from "@dunlin/contract/workspace";
import { type DeviceId, parseDeviceId } from "../model/ids.ts";
import { err, ok, type Result } from "../model/result.ts";

/** As it is written: clusters of UUIDs. */
export type WrittenClusters = readonly (readonly string[])[];

/** A household has a handful of devices; a cluster beyond this is a fault in what made the graph. */
export const MAX_DEVICES_PER_CLUSTER = 10_000;
/** Faults that one answer names. */
export const MAX_GRAPH_FAULTS = 100;

/** A device may be named twice in one cluster, and is in it once. Clusters of nobody are left out. */
export function readDeviceGraph(
  written: WrittenClusters,
): Result<readonly (readonly DeviceId[])[], readonly Fault[]> {
  const faults: Fault[] = [];
  const clusterOf = new Map<DeviceId, number>();
  const clusters: DeviceId[][] = [];
  for (const [number, uuids] of written.entries()) {
    if (faults.length >= MAX_GRAPH_FAULTS) break;
    if (uuids.length > MAX_DEVICES_PER_CLUSTER) {
      const message = `Expected at most ${MAX_DEVICES_PER_CLUSTER} devices in a cluster.`;
      faults.push({ at: `/clusters/${number}`, code: "E_LIMIT", message });
      continue;
    }
    const cluster: DeviceId[] = [];
    for (const [place, uuid] of uuids.entries()) {
      const device = parseDeviceId(uuid);
      const before = device === null ? undefined : clusterOf.get(device);
      if (before === number) continue;
      if (device === null || before !== undefined) {
        faults.push(deviceFault(`/clusters/${number}/${place}`, before));
        continue;
      }
      clusterOf.set(device, number);
      cluster.push(device);
    }
    if (cluster.length > 0) clusters.push(cluster);
  }
  return faults.length === 0 ? ok(clusters) : err(faults.slice(0, MAX_GRAPH_FAULTS));
}

function deviceFault(at: string, otherCluster: number | undefined): Fault {
  return otherCluster === undefined
    ? {
        at,
        code: "E_VALUE",
        message: "Expected a UUID: 38 decimal digits in two halves, each below 2^63.",
      }
    : {
        at,
        code: "E_DUPLICATE_ID",
        message: `Expected a device in one cluster; this one is in cluster ${otherCluster} too.`,
      };
}
