// Device graphs in LMDB. A graph is written beside the one that is in force, a chunk a transaction, and then
// takes its place in one step; what it replaced is removed, again in chunks.
//
//   counter      [0]                                   -> number of the latest graph
//   in force     [1, data source]                      -> number of the graph
//   being made   [2, data source, number]              -> nothing
//   member       [3, data source, number, device]      -> number of its cluster
//   cluster      [4, data source, number, cluster]     -> its devices
//
// Numbers of graphs have 6 bytes, of data sources 8, of clusters 4, so that keys stand in their order. All
// values but nothing have a checksum; those of older servers have none, and are told by their length.

import type { DataSourceId, DeviceId } from "../../model/ids.ts";
import { invariant } from "../../model/result.ts";
import type { DeviceGraphs } from "../../profiles/visitor-store.ts";
import { checkedValue, withChecksum } from "./checked-value.ts";
import { DEVICE_KEY_BYTES, deviceKeyBytes, deviceOfKeyBytes } from "./device-key.ts";
import type { Environment } from "./environment.ts";

/** Devices written, or entries removed, in one transaction: a millisecond or a few. */
export const MAX_DEVICES_A_TRANSACTION = 1_000;

const COUNTER = 0;
const IN_FORCE = 1;
const BEING_MADE = 2;
const MEMBER = 3;
const CLUSTER = 4;

type Cluster = readonly DeviceId[];

export class LmdbDeviceGraphs implements DeviceGraphs {
  readonly #environment: Environment;

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  async clusterOf(dataSourceId: DataSourceId, device: DeviceId): Promise<readonly DeviceId[]> {
    this.#environment.seeLatest();
    const graph = this.#inForce(dataSourceId);
    if (graph === 0) return [];
    const member = Buffer.concat([prefixOf(MEMBER, dataSourceId, graph), deviceKeyBytes(device)]);
    const number = this.#read(member, CLUSTER_BYTES);
    if (number === null) return [];
    const cluster = Buffer.concat([prefixOf(CLUSTER, dataSourceId, graph), number]);
    const devices = this.#read(cluster, DEVICE_KEY_BYTES);
    return devices === null ? [] : readDevices(devices);
  }

  /** A value of one or more units of so many bytes; null where there is none. */
  #read(key: Uint8Array, unitBytes: number): Buffer | null {
    const stored = this.#environment.deviceGraphs.getBinary(key);
    if (stored === undefined) return null;
    const isOld = stored.length % unitBytes === 0 && stored.length !== 2 * CLUSTER_BYTES;
    const value = isOld ? stored : checkedValue(key, stored);
    if (value === null) throw new Error("A stored device graph is damaged.");
    return value;
  }

  #put(key: Uint8Array, value: Uint8Array): void {
    this.#environment.deviceGraphs.put(key, withChecksum(key, value));
  }

  async replace(dataSourceId: DataSourceId, clusters: readonly Cluster[]): Promise<void> {
    const graph = await this.#begin(dataSourceId);
    let firstNumber = 0;
    for (const chunk of inChunks(clusters)) {
      const writing = { dataSourceId, graph, chunk, firstNumber };
      await this.#whileMade(dataSourceId, graph, () => this.#write(writing));
      firstNumber += chunk.length;
    }
    await this.#whileMade(dataSourceId, graph, () => this.#putInForce(dataSourceId, graph));
    await this.#removeReplaced(dataSourceId);
  }

  async #begin(dataSourceId: DataSourceId): Promise<number> {
    const { deviceGraphs } = this.#environment;
    let graph = 0;
    await this.#environment.commit(() => {
      const counter = Buffer.of(COUNTER);
      graph = numberOf(this.#read(counter, GRAPH_BYTES)) + 1;
      this.#put(counter, graphBytes(graph));
      deviceGraphs.put(prefixOf(BEING_MADE, dataSourceId, graph), NOTHING);
    });
    return graph;
  }

  /** Does nothing once the graph was forgotten with all visitors, or a later one is in force. */
  async #whileMade(dataSourceId: DataSourceId, graph: number, write: () => void): Promise<void> {
    const marker = prefixOf(BEING_MADE, dataSourceId, graph);
    await this.#environment.commit(() => {
      if (this.#environment.deviceGraphs.getBinary(marker) !== undefined) write();
    });
  }

  /** Checks the chunk before it writes any of it: one turn is too short for a whole graph. */
  #write({ dataSourceId, graph, chunk, firstNumber }: Writing): void {
    const { deviceGraphs } = this.#environment;
    const member = prefixOf(MEMBER, dataSourceId, graph);
    const cluster = prefixOf(CLUSTER, dataSourceId, graph);
    const members = chunk.map((devices) =>
      devices.map((device) => Buffer.concat([member, deviceKeyBytes(device)])),
    );
    const distinct = new Set(chunk.flat());
    const isNew = members.flat().every((key) => deviceGraphs.getBinary(key) === undefined);
    invariant(
      isNew && distinct.size === chunk.reduce((sum, devices) => sum + devices.length, 0),
      "a device is in one cluster of a graph, once",
    );
    for (const [place, keys] of members.entries()) {
      const number = Buffer.alloc(CLUSTER_BYTES);
      number.writeUInt32BE(firstNumber + place);
      for (const key of keys) this.#put(key, number);
      const devices = keys.map((key) => key.subarray(member.length));
      this.#put(Buffer.concat([cluster, number]), Buffer.concat(devices));
    }
  }

  #putInForce(dataSourceId: DataSourceId, graph: number): void {
    const { deviceGraphs } = this.#environment;
    deviceGraphs.remove(prefixOf(BEING_MADE, dataSourceId, graph));
    // One that was begun later, and was done earlier, stays: this one came before it.
    if (this.#inForce(dataSourceId) > graph) return;
    this.#put(inForceKey(dataSourceId), graphBytes(graph));
  }

  /** Also what a process left that was ended while it made one. */
  async #removeReplaced(dataSourceId: DataSourceId): Promise<void> {
    const { deviceGraphs } = this.#environment;
    for (const kind of [BEING_MADE, MEMBER, CLUSTER]) {
      let removed: number;
      do {
        removed = 0;
        await this.#environment.commit(() => {
          const range = {
            start: prefixOf(kind, dataSourceId, 0),
            end: prefixOf(kind, dataSourceId, this.#inForce(dataSourceId)),
            limit: MAX_DEVICES_A_TRANSACTION,
          };
          const keys = [...deviceGraphs.getKeys(range)].map((key) => Uint8Array.from(key));
          for (const key of keys) deviceGraphs.remove(key);
          removed = keys.length;
        });
      } while (removed === MAX_DEVICES_A_TRANSACTION);
    }
  }

  /** The number of a data source's graph; 0 where it has none. */
  #inForce(dataSourceId: DataSourceId): number {
    return numberOf(this.#read(inForceKey(dataSourceId), GRAPH_BYTES));
  }
}

interface Writing {
  readonly dataSourceId: DataSourceId;
  readonly graph: number;
  readonly chunk: readonly Cluster[];
  readonly firstNumber: number;
}

const GRAPH_BYTES = 6;
const SOURCE_BYTES = 8;
const CLUSTER_BYTES = 4;
const NOTHING = new Uint8Array(0);

function* inChunks(clusters: readonly Cluster[]): Generator<readonly Cluster[]> {
  let chunk: Cluster[] = [];
  let devices = 0;
  for (const cluster of clusters) {
    if (devices > 0 && devices + cluster.length > MAX_DEVICES_A_TRANSACTION) {
      yield chunk;
      chunk = [];
      devices = 0;
    }
    chunk.push(cluster);
    devices += cluster.length;
  }
  if (chunk.length > 0) yield chunk;
}

function prefixOf(kind: number, dataSourceId: DataSourceId, graph: number): Buffer {
  return Buffer.concat([Buffer.of(kind), sourceBytes(dataSourceId), graphBytes(graph)]);
}

function inForceKey(dataSourceId: DataSourceId): Buffer {
  return Buffer.concat([Buffer.of(IN_FORCE), sourceBytes(dataSourceId)]);
}

function sourceBytes(dataSourceId: DataSourceId): Buffer {
  const bytes = Buffer.alloc(SOURCE_BYTES);
  bytes.writeBigUInt64BE(BigInt(dataSourceId));
  return bytes;
}

function graphBytes(graph: number): Buffer {
  const bytes = Buffer.alloc(GRAPH_BYTES);
  bytes.writeUIntBE(graph, 0, GRAPH_BYTES);
  return bytes;
}

function numberOf(value: Buffer | null): number {
  return value === null ? 0 : value.readUIntBE(0, GRAPH_BYTES);
}

function readDevices(bytes: Uint8Array): readonly DeviceId[] {
  const devices: DeviceId[] = [];
  for (let place = 0; place < bytes.length; place += DEVICE_KEY_BYTES) {
    const device = deviceOfKeyBytes(bytes.subarray(place, place + DEVICE_KEY_BYTES));
    if (device === null) throw new Error("A stored device graph is damaged.");
    devices.push(device);
  }
  return devices;
}
