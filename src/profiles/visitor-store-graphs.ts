import type { DeviceId } from "../model/ids.ts";
import { invariant } from "../model/result.ts";

/** Throws where a device is in two clusters, or twice in one: the caller has checked that. */
export function checkClusters(clusters: readonly (readonly DeviceId[])[]): void {
  const seen = new Set<DeviceId>();
  for (const cluster of clusters) {
    for (const device of cluster) {
      invariant(!seen.has(device), "a device is in one cluster of a graph, once");
      seen.add(device);
    }
  }
}
