// Calls as `handleEvent` gets them, and the world that it asks: for measuring without a server.

import { randomBytes } from "node:crypto";
import type { CatalogSnapshot } from "../../src/catalog/snapshot.ts";
import { detectDevice } from "../../src/devices/detect-device.ts";
import type { RawCall } from "../../src/event/parse/raw-call.ts";
import type { EventWorld } from "../../src/event/world.ts";
import { newDeviceId } from "../../src/identity/new-device-id.ts";
import { pooledRandomBytes } from "../../src/node/random-pool.ts";
import type { VisitorStore } from "../../src/profiles/visitor-store.ts";
import { seededRandom } from "../../test/support/random.ts";
import { ALIAS, shopRequests } from "./shop.ts";

const DOMAIN = "dcs.localhost";

/** As a worker's, but for the store. */
export function buildBenchWorld(snapshot: CatalogSnapshot, store: VisitorStore): EventWorld {
  const randomPool = pooledRandomBytes(randomBytes);
  return {
    domain: DOMAIN,
    region: 1,
    catalog: () => snapshot,
    now: () => Date.now(),
    newDeviceId: () => newDeviceId(randomPool),
    newTransactionId: () => Buffer.from(randomPool(8)).toString("base64"),
    random: () => Math.random(),
    newBlob: () => "",
    store,
    geo: null,
    detectDevice,
    reportFault: (_step, fault) => {
      throw fault;
    },
  };
}

/** Remembers what it has been told so far and takes no more: a call's cost without that of keeping it. */
export function frozen(store: VisitorStore): VisitorStore {
  return {
    load: (keys) => store.load(keys),
    loadIdentities: (keys) => store.loadIdentities(keys),
    commit: async () => {},
    commitVisit: async () => "stored",
    ...{ denials: store.denials, rates: store.rates, graphs: store.graphs },
    forgetEveryone: async () => {},
    close: () => store.close(),
  };
}

const HOST = `${ALIAS}.${DOMAIN}`;

/** Of servers, which name the device and send no header but the host. */
export function serverCalls(count: number): RawCall[] {
  return targets(count).map((target) => callOf(target, ["Host", HOST]));
}

/** Of browsers: the same visitors by their cookies, with all that browsers send. */
export function browserCalls(count: number): RawCall[] {
  return targets(count).map((target) => {
    const device = /d_uuid=(\d+)/.exec(target)?.[1] ?? "";
    const pairs: readonly (readonly [string, string])[] = [
      ["Host", HOST],
      ["Connection", "keep-alive"],
      ["sec-ch-ua-platform", '"Windows"'],
      [
        "User-Agent",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
      ],
      ["sec-ch-ua", '"Chromium";v="142", "Google Chrome";v="142", "Not_A Brand";v="99"'],
      ["sec-ch-ua-mobile", "?0"],
      ["Accept", "*/*"],
      ["Origin", "https://shop.example"],
      ["Sec-Fetch-Site", "cross-site"],
      ["Sec-Fetch-Mode", "cors"],
      ["Sec-Fetch-Dest", "empty"],
      ["Referer", "https://shop.example/men/shoes?id=42"],
      ["Accept-Encoding", "gzip, deflate, br, zstd"],
      ["Accept-Language", "de-DE,de;q=0.9,en;q=0.8"],
      ["Cookie", `dextp=20914-1-1764000000000|121963-1-1764000000000; demdex=${device}`],
    ];
    return callOf(target.replace(/d_uuid=\d+&/, ""), pairs.flat());
  });
}

function targets(count: number): string[] {
  return shopRequests(seededRandom(1), count).map((request) => request.split(" ", 2)[1] ?? "");
}

function callOf(target: string, headers: readonly string[]): RawCall {
  // Flat, as they come out of node's parser.
  const flat = Buffer.from(target, "latin1").toString("latin1");
  return {
    ...{ method: "GET", target: flat, headers, body: null },
    ...{ address: "192.0.2.1", secure: false, host: HOST },
  };
}
