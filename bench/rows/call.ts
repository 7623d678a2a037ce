// One `/event` call without a server: `handleEvent` by CPU time and by the octets it leaves to the garbage
// collector. Of servers, which name the device, and of browsers, with a cookie and all their headers; over a
// store in memory, and over one that keeps nothing new, so that what is left is the call's own.

import { getHeapStatistics } from "node:v8";
import { handleEvent } from "../../src/event/handle-event.ts";
import type { RawCall } from "../../src/event/parse/raw-call.ts";
import type { EventWorld } from "../../src/event/world.ts";
import { MemoryVisitorStore } from "../../src/stores/memory/memory-visitor-store.ts";
import { snapshotOf } from "../../test/support/event-world.ts";
import { seededRandom } from "../../test/support/random.ts";
import { type Figure, interleave, type Row, side } from "../harness.ts";
import { browserCalls, buildBenchWorld, frozen, serverCalls } from "../load/event-calls.ts";
import { shopWorkspace } from "../load/shop.ts";

const VISITORS = 100_000;
/** Of a round; each round is of other visitors, so that their profiles are no warmer than a node's. */
const CALLS = 20_000;
/** While the calls are still being compiled. */
const WARM_UP_ROUNDS = 2;

export const CALL_ROW: Row = {
  name: "call",
  run: async ({ quick, progress }) => {
    const server = serverCalls(VISITORS);
    const browser = browserCalls(VISITORS);
    const store = new MemoryVisitorStore();
    const world = buildBenchWorld(snapshotOf(shopWorkspace(seededRandom(2))), store);
    const still = { ...world, store: frozen(store) };
    progress("every visitor becomes known");
    for (const call of server) await handleEvent(world, call);
    progress("measuring");
    let round = 0;
    const costs = await interleave(WARM_UP_ROUNDS + (quick ? 3 : 10), {
      "call.us": () => costOf(world, server, round++),
      "call.logic_us": () => costOf(still, server, round++),
      "call.browser_logic_us": () => costOf(still, browser, round++),
    });
    return Object.entries(costs).map(([row, all]) => figureOf(row, all.slice(WARM_UP_ROUNDS)));
  },
};

interface Cost {
  readonly us: number;
  readonly octets: number;
}

/** CPU time of the whole process, so that what the collector does on other threads counts too. */
async function costOf(world: EventWorld, calls: readonly RawCall[], round: number): Promise<Cost> {
  const first = (round * CALLS) % calls.length;
  const allocated = getHeapStatistics().total_allocated_bytes;
  const before = process.cpuUsage();
  for (let i = 0; i < CALLS; i++) {
    const call = calls[(first + i) % calls.length];
    if (call !== undefined) await handleEvent(world, call);
  }
  const { user, system } = process.cpuUsage(before);
  const octets = getHeapStatistics().total_allocated_bytes - allocated;
  return { us: (user + system) / CALLS, octets: octets / CALLS };
}

function figureOf(row: string, costs: readonly Cost[]): Figure {
  const time = side(
    costs.map(({ us }) => us),
    "µs/call",
  );
  const garbage = side(
    costs.map(({ octets }) => octets),
    "octets/call",
  );
  return {
    ...{ row, value: time.median, unit: "µs/call", better: "lower" },
    sides: { time, garbage },
    note: `${Math.round(garbage.median)} octets allocated a call; ${VISITORS} known visitors`,
  };
}
