// `/event` of a real node whose visitors live in a cluster of three primaries and three replicas, against what
// Redis's own benchmark does with one GET and one SET of a record of that size, a command a round trip.

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { seededRandom } from "../../test/support/random.ts";
import { startRedisCluster } from "../../test/support/redis-cluster.ts";
import { interleave, median, type Row, side } from "../harness.ts";
import { startNode, withBench, writeRequests } from "../load/nodes.ts";
import { CLIENT_CORE } from "../load/server-process.ts";
import { shopRequests, shopWorkspace } from "../load/shop.ts";
import { makeKnown, runLoad } from "../load/wrk.ts";

const VISITORS = 20_000;
const CONNECTIONS = 64;
/** Of a profile of the shop's visitors, and what is stored around it. */
const RECORD_BYTES = 250;

export const REDIS_ROW: Row = {
  name: "redis",
  run: ({ quick, progress }) =>
    withBench(async (bench) => {
      const requestFile = writeRequests(bench, "event", shopRequests(seededRandom(1), VISITORS));
      progress("starting a cluster of six servers and a node");
      const cluster = bench.keep(await startRedisCluster());
      const workspace = shopWorkspace(seededRandom(2));
      const node = await startNode(bench, { name: "node", workspace, store: cluster.url });
      progress("every visitor becomes known");
      await makeKnown({ url: node.url, requestFile, visitors: VISITORS });
      const rounds = quick ? 2 : 7;
      const seconds = quick ? 2 : 5;
      progress(`${rounds} rounds of ${seconds} s`);
      const load = { url: node.url, requestFile, connections: CONNECTIONS, pauseMs: 0 };
      const latencies: number[] = [];
      const results = await interleave(rounds, {
        event: async () => {
          const { callsPerSecond, p99Us } = await runLoad({ ...load, seconds });
          latencies.push(p99Us);
          return callsPerSecond;
        },
        pair: () => pairsPerSecond(cluster.url, seconds),
      });
      const event = side(results.event, "calls/s");
      const pair = side(results.pair, "pairs/s");
      const p99Us = median(latencies);
      return [
        {
          row: "redis.event_vs_ping",
          value: event.median / pair.median,
          unit: "of GET and SET",
          better: "higher",
          sides: { event, pair },
          note: `one worker, ${CONNECTIONS} connections, ${VISITORS} known visitors, six servers on the same two cores; p99 ${(p99Us / 1_000).toFixed(1)} ms`,
        },
      ];
    }),
};

const run = promisify(execFile);

/** GETs and SETs take their turns: what of a pair takes how long adds up. */
async function pairsPerSecond(url: string, seconds: number): Promise<number> {
  const [, port = ""] = /:(\d+)(?:,|$)/.exec(url) ?? [];
  const args = ["-c", `${CLIENT_CORE}`, "redis-benchmark", "--cluster", "-p", port];
  args.push("-c", `${CONNECTIONS}`, "-n", `${seconds * 25_000}`, "-d", `${RECORD_BYTES}`);
  args.push("-r", `${VISITORS}`, "-t", "get,set", "--csv");
  const { stdout } = await run("taskset", args);
  const rates = [...stdout.matchAll(/^"(?:GET|SET)","([0-9.]+)"/gm)].map(([, rate]) =>
    Number(rate),
  );
  if (rates.length !== 2) throw new Error(`redis-benchmark gave no rates:\n${stdout}`);
  return 1 / rates.reduce((sum, rate) => sum + 1 / rate, 0);
}
