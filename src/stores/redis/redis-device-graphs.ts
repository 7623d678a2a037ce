// Device graphs. A graph is written beside the one that is in force, as a generation of its own, and then takes its
// place in one step; what it replaced is removed. A generation lies in parts over all slots.
//
//   dl:{g:<source>}                      hash: the generation in force, the latest that was begun, and each that there is
//   dl:{g:<source>.<generation>.<part>}  hash: a device's 16 bytes -> the devices of its cluster, 16 bytes each

import { type DataSourceId, type DeviceId, parseDeviceId } from "../../model/ids.ts";
import { invariant } from "../../model/result.ts";
import type { DeviceGraphs } from "../../profiles/visitor-store.ts";
import { checkClusters } from "../../profiles/visitor-store-graphs.ts";
import type { CommandBatches, Script } from "./slots/command-batches.ts";
import { scriptOf } from "./slots/slot-script.ts";
import { graphKeyName, graphPartKeyName, graphPartTag, graphTag } from "./visitor-keys.ts";

const PARTS = 256;
const MAX_DEVICES_A_COMMAND = 500;
const MAX_COMMANDS_AT_ONCE = 64;

/** Later than all before it, also where everybody was forgotten meanwhile. */
const BEGIN = scriptOf(`
local time = redis.call('TIME')
local latest = tonumber(redis.call('HGET', KEYS[1], 'latest') or '0')
local generation = string.format('%.0f', math.max(latest + 1, time[1] * 1000000 + time[2]))
redis.call('HSET', KEYS[1], 'latest', generation, 'made:' .. generation, '')
return generation`);

/** Nothing, where it was forgotten with all visitors; one that was begun later stays. Gives those that are over. */
const PUT_IN_FORCE = scriptOf(`
local inForce = tonumber(redis.call('HGET', KEYS[1], 'inForce') or '0')
local isMade = redis.call('HEXISTS', KEYS[1], 'made:' .. ARGV[1]) == 1
if isMade and inForce < tonumber(ARGV[1]) then
  redis.call('HSET', KEYS[1], 'inForce', ARGV[1])
  inForce = tonumber(ARGV[1])
end
local over = {}
if not isMade then over[1] = ARGV[1] end
for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
  local generation = string.match(field, '^made:(.+)$')
  if generation and tonumber(generation) < inForce then over[#over + 1] = generation end
end
return over`);

export class RedisDeviceGraphs implements DeviceGraphs {
  readonly #reads: CommandBatches;
  readonly #writes: CommandBatches;
  /** The generation last seen in force. */
  readonly #lastSeen = new Map<DataSourceId, string | null>();

  constructor(reads: CommandBatches, writes: CommandBatches) {
    this.#reads = reads;
    this.#writes = writes;
  }

  async clusterOf(dataSourceId: DataSourceId, device: DeviceId): Promise<readonly DeviceId[]> {
    for (;;) {
      const guess = this.#lastSeen.get(dataSourceId) ?? null;
      // Mostly it is still the same: then one round trip is enough.
      const [inForce, cluster] = await Promise.all([
        this.#inForce(dataSourceId),
        guess === null ? null : this.#clusterIn(dataSourceId, guess, device),
      ]);
      if (inForce === null) return [];
      if (inForce !== guess) continue;
      if (cluster !== null) return cluster;
      // Either the device is in none, or the generation is over and was just removed.
      if ((await this.#inForce(dataSourceId)) === guess) return [];
    }
  }

  async replace(
    dataSourceId: DataSourceId,
    clusters: readonly (readonly DeviceId[])[],
  ): Promise<void> {
    checkClusters(clusters);
    const generation = String(await this.#run(BEGIN, dataSourceId, []));
    await this.#write(dataSourceId, generation, clusters);
    const over = await this.#run(PUT_IN_FORCE, dataSourceId, [generation]);
    invariant(Array.isArray(over), "generations are answered as a list");
    for (const one of over) await this.#remove(dataSourceId, String(one));
  }

  #run(script: Script, dataSourceId: DataSourceId, args: readonly string[]): Promise<unknown> {
    const key = graphKeyName(dataSourceId);
    return this.#writes.run(script, graphTag(dataSourceId), [key], args);
  }

  async #inForce(dataSourceId: DataSourceId): Promise<string | null> {
    const key = graphKeyName(dataSourceId);
    const found = await this.#reads.call(graphTag(dataSourceId), "hget", [key, "inForce"]);
    const inForce = found === null ? null : String(found);
    this.#lastSeen.set(dataSourceId, inForce);
    return inForce;
  }

  async #clusterIn(
    dataSourceId: DataSourceId,
    generation: string,
    device: DeviceId,
  ): Promise<readonly DeviceId[] | null> {
    const bytes = bytesOf(device);
    const tag = graphPartTag(dataSourceId, generation, partOf(bytes));
    const found = await this.#reads.call(tag, "hget", [graphPartKeyName(tag), bytes]);
    return Buffer.isBuffer(found) ? devicesIn(found) : null;
  }

  async #write(
    dataSourceId: DataSourceId,
    generation: string,
    clusters: readonly (readonly DeviceId[])[],
  ): Promise<void> {
    const fields = new Map<number, Buffer[]>();
    for (const cluster of clusters) {
      const members = cluster.map(bytesOf);
      const whole = Buffer.concat(members);
      for (const member of members) {
        const part = partOf(member);
        const ofPart = fields.get(part);
        if (ofPart === undefined) fields.set(part, [member, whole]);
        else ofPart.push(member, whole);
      }
    }
    const commands = [...fields].flatMap(([part, ofPart]) => {
      const tag = graphPartTag(dataSourceId, generation, part);
      return chunksOf(ofPart, 2 * MAX_DEVICES_A_COMMAND).map(
        (chunk) => () => this.#writes.call(tag, "hset", [graphPartKeyName(tag), ...chunk]),
      );
    });
    await inTurns(commands);
  }

  async #remove(dataSourceId: DataSourceId, generation: string): Promise<void> {
    const parts = Array.from({ length: PARTS }, (_, part) => part);
    await inTurns(
      parts.map((part) => () => {
        const tag = graphPartTag(dataSourceId, generation, part);
        return this.#writes.call(tag, "unlink", [graphPartKeyName(tag)]);
      }),
    );
    const key = graphKeyName(dataSourceId);
    await this.#writes.call(graphTag(dataSourceId), "hdel", [key, `made:${generation}`]);
  }
}

const HALF_DIGITS = 19;
const DEVICE_BYTES = 16;

function bytesOf(device: DeviceId): Buffer {
  const bytes = Buffer.allocUnsafe(DEVICE_BYTES);
  bytes.writeBigUInt64BE(BigInt(device.slice(0, HALF_DIGITS)), 0);
  bytes.writeBigUInt64BE(BigInt(device.slice(HALF_DIGITS)), DEVICE_BYTES / 2);
  return bytes;
}

function devicesIn(bytes: Buffer): DeviceId[] {
  const devices: DeviceId[] = [];
  for (let at = 0; at < bytes.length; at += DEVICE_BYTES) {
    const halves = [bytes.readBigUInt64BE(at), bytes.readBigUInt64BE(at + DEVICE_BYTES / 2)];
    const device = parseDeviceId(
      halves.map((half) => `${half}`.padStart(HALF_DIGITS, "0")).join(""),
    );
    invariant(device !== null, "a graph holds devices");
    devices.push(device);
  }
  return devices;
}

function partOf(device: Buffer): number {
  return device.readUInt16BE(DEVICE_BYTES - 2) % PARTS;
}

function chunksOf<T>(values: readonly T[], size: number): T[][] {
  const chunks: T[][] = [];
  for (let from = 0; from < values.length; from += size) {
    chunks.push(values.slice(from, from + size));
  }
  return chunks;
}

/** So many at once that the store is busy, and so few that others get their turn. */
async function inTurns(commands: readonly (() => Promise<unknown>)[]): Promise<void> {
  for (const together of chunksOf(commands, MAX_COMMANDS_AT_ONCE)) {
    await Promise.all(together.map((command) => command()));
  }
}
