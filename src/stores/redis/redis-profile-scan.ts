// A scan of profiles in Redis or Valkey: SCAN over each primary, and the values of the keys that it names. While
// slots move between servers, or a server's table of keys shrinks, a key may be named twice: it is visited once.

import { Cluster, type Redis } from "ioredis";
import type { Identity } from "../../model/identity.ts";
import { UNKNOWN_IDENTITY } from "../../model/identity.ts";
import { deviceIdentity } from "../../model/identity-key.ts";
import { type DeviceId, parseDeviceId } from "../../model/ids.ts";
import { invariant } from "../../model/result.ts";
import { decodeIdentity } from "../../profiles/identity-record.ts";
import type {
  ProfileScan,
  SampleBasis,
  Sampling,
  ScannedProfiles,
  ScanOwner,
  ScanPage,
  ScanPlace,
  VisitRecord,
} from "../../profiles/profile-scan.ts";
import type { VisitorStore } from "../../profiles/visitor-store.ts";
import { readStamped } from "./slots/stamped-value.ts";
import { identityKeyName, NAMESPACE } from "./visitor-keys.ts";

const KEYS_A_ROUND = 1_000;
const HALF_DIGITS = 19;
/** A device's 16 bytes in base64. */
const DEVICE_TAG = "?".repeat(22);

interface RedisPlace extends ScanPlace {
  readonly servers: readonly Redis[];
  readonly cursor: string;
  /** Keys of all kinds, on all servers at the beginning. */
  readonly keyCount: number;
  /** As many keys as all rounds ask for, or a few more. */
  readonly work: number;
  /** Names of keys that were visited. */
  readonly seen: Set<string>;
}

export class RedisProfileScan implements ProfileScan {
  readonly #client: Redis | Cluster;
  readonly #store: Pick<VisitorStore, "loadIdentities">;

  constructor(client: Redis | Cluster, store: Pick<VisitorStore, "loadIdentities">) {
    this.#client = client;
    this.#store = store;
  }

  async next(of: ScannedProfiles, from: ScanPlace | null, visit: VisitRecord): Promise<ScanPage> {
    // Places come from this engine.
    const place = (from as RedisPlace | null) ?? (await this.#firstPlace());
    const [server, ...others] = place.servers;
    if (server === undefined) return { next: null, visited: 0, share: 1 };
    const round = await server.scan(place.cursor, "MATCH", patternOf(of), "COUNT", KEYS_A_ROUND);
    const [cursor, keys] = round;
    const names = keys.filter((name) => !place.seen.has(name));
    for (const name of names) place.seen.add(name);
    const visited = visitAll(names, await valuesOf(server, names), visit);
    const share = KEYS_A_ROUND / place.work;
    const next =
      cursor !== "0"
        ? { ...place, cursor }
        : others.length > 0
          ? { ...place, servers: others, cursor: "0" }
          : null;
    return { next, visited, share };
  }

  /** Servers keep keys in the order of a hash with a secret of their own: the first rounds are a sample. */
  async sample(of: ScannedProfiles, sampling: Sampling): Promise<SampleBasis> {
    const first = await this.#firstPlace();
    const { keyCount } = first;
    const begin = (server: Redis): RedisPlace => ({ ...first, servers: [server], seen: new Set() });
    let places: readonly (ScanPlace | null)[] = first.servers.map(begin);
    let visited = 0;
    let looked = 0;
    while (visited < sampling.wanted && places.some((place) => place !== null)) {
      const pages = places.map(async (place) => {
        if (place === null) return null;
        const page = await this.next(of, place, sampling.visit);
        visited += page.visited;
        looked += KEYS_A_ROUND;
        return page.next;
      });
      places = await Promise.all(pages);
      await sampling.endRun();
    }
    const isWhole = places.every((place) => place === null);
    const population = isWhole ? visited : Math.round((visited / looked) * keyCount);
    return { population: Math.max(visited, population), visited, isWhole };
  }

  async identitiesOf(
    of: ScannedProfiles,
    owners: readonly ScanOwner[],
  ): Promise<readonly Identity[]> {
    if (of.kind === "devices") {
      return this.#store.loadIdentities(
        owners.map((owner) => deviceIdentity(this.deviceOf(owner))),
      );
    }
    const records = await Promise.all(
      owners.map((owner) => this.#client.getBuffer(identityKeyName(owner))),
    );
    return records.map((stored) =>
      stored === null ? UNKNOWN_IDENTITY : decodeIdentity(readStamped(stored).record),
    );
  }

  deviceOf(owner: ScanOwner): DeviceId {
    const bytes = Buffer.from(owner, "base64url");
    const half = (at: number): string => `${bytes.readBigUInt64BE(at)}`.padStart(HALF_DIGITS, "0");
    const device = parseDeviceId(half(0) + half(8));
    invariant(device !== null, "a device's profile has a device");
    return device;
  }

  async #firstPlace(): Promise<RedisPlace> {
    const client = this.#client;
    const servers = client instanceof Cluster ? client.nodes("master") : [client];
    const counts = await Promise.all(servers.map((server) => server.dbsize()));
    const keyCount = counts.reduce((sum, count) => sum + count, 0);
    const work = keyCount + servers.length * KEYS_A_ROUND;
    return { engine: "redis", servers, cursor: "0", keyCount, work, seen: new Set() };
  }
}

/** Braces have no meaning in patterns. */
function patternOf(of: ScannedProfiles): string {
  return of.kind === "devices"
    ? `${NAMESPACE}{${DEVICE_TAG}}p${of.pid}`
    : `${NAMESPACE}{${of.dataSourceId}[:#]*}p`;
}

async function valuesOf(
  server: Redis,
  names: readonly string[],
): Promise<readonly (Buffer | null)[]> {
  if (names.length === 0) return [];
  const reading = server.pipeline();
  for (const name of names) reading.getBuffer(name);
  return ((await reading.exec()) ?? []).map(([fault, value]) => {
    if (fault !== null) throw fault;
    // What GET answers.
    return value as Buffer | null;
  });
}

function visitAll(
  names: readonly string[],
  values: readonly (Buffer | null)[],
  visit: VisitRecord,
): number {
  let visited = 0;
  for (const [place, name] of names.entries()) {
    const stored = values[place] ?? null;
    if (stored === null) continue;
    visited++;
    const { record } = readStamped(stored);
    // Tags are the names of owners.
    const owner = () => name.slice(NAMESPACE.length + 1, name.lastIndexOf("}")) as ScanOwner;
    visit({ bytes: record, begin: 0, end: record.length, owner });
  }
  return visited;
}
