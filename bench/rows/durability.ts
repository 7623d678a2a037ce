// What safety costs: the same node answering once the disk has it (`fsync`), once it is committed (`commit`)
// and at once (`off`).

import { seededRandom } from "../../test/support/random.ts";
import { interleave, type Row, side } from "../harness.ts";
import { startNode, withBench, writeRequests } from "../load/nodes.ts";
import { shopRequests, shopWorkspace } from "../load/shop.ts";
import { makeKnown, runLoad } from "../load/wrk.ts";

const VISITORS = 20_000;
const CONNECTIONS = 64;
const MODES = ["fsync", "commit", "off"] as const;

export const DURABILITY_ROW: Row = {
  name: "durability",
  run: ({ quick, progress }) =>
    withBench(async (bench) => {
      const requestFile = writeRequests(bench, "event", shopRequests(seededRandom(1), VISITORS));
      const workspace = shopWorkspace(seededRandom(2));
      progress("starting a node for each mode; every visitor becomes known");
      const urls: Record<string, string> = {};
      for (const durability of MODES) {
        const { url } = await startNode(bench, { name: durability, workspace, durability });
        await makeKnown({ url, requestFile, visitors: VISITORS });
        urls[durability] = url;
      }
      const rounds = quick ? 2 : 7;
      const seconds = quick ? 2 : 4;
      const full = (mode: (typeof MODES)[number]) => async () => {
        const load = { url: urls[mode] ?? "", requestFile, connections: CONNECTIONS, pauseMs: 0 };
        return (await runLoad({ ...load, seconds })).callsPerSecond;
      };
      progress(`${rounds} rounds of ${seconds} s at full speed`);
      const speeds = await interleave(rounds, {
        fsync: full("fsync"),
        commit: full("commit"),
        off: full("off"),
      });
      const sides = {
        fsync: side(speeds.fsync, "calls/s"),
        commit: side(speeds.commit, "calls/s"),
        off: side(speeds.off, "calls/s"),
      };
      const against = (mode: "fsync" | "commit") =>
        ({
          row: `durability.${mode}_vs_off`,
          value: sides[mode].median / sides.off.median,
          unit: "of durability off",
          better: "higher",
          sides,
          note: `one worker, ${CONNECTIONS} connections, the folder of the operating system's temporary files`,
        }) as const;
      return [against("fsync"), against("commit")];
    }),
};
