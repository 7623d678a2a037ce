// One `/event` call without a server: `handleEvent` over a store in memory, by the clock and by the octets it
// leaves to the garbage collector. Two kinds of callers: a server that names the device, and a browser with
// its cookie and all its headers.

import { randomBytes } from "node:crypto";
import { getHeapStatistics } from "node:v8";
import type { CatalogSnapshot } from "../../src/catalog/snapshot.ts";
import { detectDevice } from "../../src/devices/detect-device.ts";
import { handleEvent } from "../../src/event/handle-event.ts";
import type { RawCall } from "../../src/event/raw-call.ts";
import type { EventWorld } from "../../src/event/world.ts";
import { newDeviceId } from "../../src/identity/new-device-id.ts";
import { pooledRandomBytes } from "../../src/node/random-pool.ts";
import { MemoryVisitorStore } from "../../src/stores/memory/memory-visitor-store.ts";
import { snapshotOf } from "../../test/support/event-world.ts";
import { seededRandom } from "../../test/support/random.ts";
import { type Figure, interleave, type Row, side } from "../harness.ts";
import { ALIAS, shopRequests, shopWorkspace } from "../load/shop.ts";

const VISITORS = 100_000;
/** Whose calls a round makes; each round of other visitors, so that their profiles are no warmer than on a node. */
const CALLS = 20_000;
const DOMAIN = "dcs.localhost";

export const CALL_ROW: Row = {
  name: "call",
  run: async ({ quick, progress }) => {
    const callers = { server: serverCalls(), browser: browserCalls() };
    const world = buildBenchWorld(snapshotOf(shopWorkspace(seededRandom(2))));
    progress("every visitor becomes known");
    for (const call of callers.server) await handleEvent(world, call);
    await measure(world, callers.browser, 0);
    progress("measuring");
    let round = 0;
    const sides = await interleave(quick ? 4 : 14, {
      server: () => measure(world, callers.server, round++),
      browser: () => measure(world, callers.browser, round++),
    });
    // The first rounds of each are still being compiled.
    return [
      figureOf("call.us", sides.server.slice(2)),
      figureOf("call.browser_us", sides.browser.slice(2)),
    ];
  },
};

interface Cost {
  readonly us: number;
  readonly bytes: number;
}

function figureOf(row: string, costs: readonly Cost[]): Figure {
  const time = side(
    costs.map(({ us }) => us),
    "µs/call",
  );
  const garbage = side(
    costs.map(({ bytes }) => bytes),
    "octets/call",
  );
  return {
    row,
    value: time.median,
    unit: "µs/call",
    better: "lower",
    sides: { time, garbage },
    note: `${Math.round(garbage.median)} octets allocated a call; ${VISITORS} known visitors, a store in memory, no HTTP`,
  };
}

/** CPU time of the whole process, so that what the collector does on other threads counts too. */
async function measure(world: EventWorld, calls: readonly RawCall[], round: number): Promise<Cost> {
  const first = (round * CALLS) % calls.length;
  const octets = getHeapStatistics().total_allocated_bytes;
  const before = process.cpuUsage();
  for (let i = 0; i < CALLS; i++) {
    const call = calls[(first + i) % calls.length];
    if (call !== undefined) await handleEvent(world, call);
  }
  const { user, system } = process.cpuUsage(before);
  return {
    us: (user + system) / CALLS,
    bytes: (getHeapStatistics().total_allocated_bytes - octets) / CALLS,
  };
}

/** As a worker's, but for the store. */
function buildBenchWorld(snapshot: CatalogSnapshot): EventWorld {
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
    store: new MemoryVisitorStore(),
    geo: null,
    detectDevice,
    reportFault: (_step, fault) => {
      throw fault;
    },
  };
}

const HOST = `${ALIAS}.${DOMAIN}`;

function serverCalls(): RawCall[] {
  return targets().map((target) => callOf(target, ["Host", HOST]));
}

/** The same visitors by their cookie. Every call has strings of its own, as it has on a node. */
function browserCalls(): RawCall[] {
  return targets().map((target) => {
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

function targets(): string[] {
  return shopRequests(seededRandom(1), VISITORS).map((request) => request.split(" ", 2)[1] ?? "");
}

function callOf(target: string, headers: readonly string[]): RawCall {
  // Flat, as they come out of node's parser.
  const flat = Buffer.from(target, "latin1").toString("latin1");
  return {
    ...{ method: "GET", target: flat, headers, body: null },
    ...{ address: "192.0.2.1", secure: false, host: HOST },
  };
}
