// The pixel against nginx's constant one, each with one worker: ours knows the visitor, stores what it did and
// evaluates the segments before it answers; nginx does nothing at all.

import { seededRandom } from "../../test/support/random.ts";
import { interleave, median, type Row, side } from "../harness.ts";
import { startNginx } from "../load/nginx.ts";
import { startNode, withBench, writeRequests } from "../load/nodes.ts";
import { PIXEL, shopRequests, shopWorkspace } from "../load/shop.ts";
import { makeKnown, runLoad } from "../load/wrk.ts";

const VISITORS = 100_000;
const CONNECTIONS = 64;

export const PIXEL_ROW: Row = {
  name: "pixel",
  run: ({ quick, progress }) =>
    withBench(async (bench) => {
      const requests = shopRequests(seededRandom(1), VISITORS, PIXEL);
      const requestFile = writeRequests(bench, "pixel", requests);
      progress("starting a node and nginx");
      const ours = await startNode(bench, {
        name: "node",
        workspace: shopWorkspace(seededRandom(2)),
      });
      const nginx = await startNginx(bench);
      progress("warming up; every visitor becomes known");
      await makeKnown({ url: ours.url, requestFile, visitors: VISITORS });

      const rounds = quick ? 2 : 7;
      const seconds = quick ? 2 : 4;
      const full = (url: string) => () =>
        runLoad({ url, requestFile, connections: CONNECTIONS, seconds, pauseMs: 0 });
      progress(`${rounds} rounds of ${seconds} s at full speed`);
      const speeds = await interleave(rounds, { ours: full(ours.url), nginx: full(nginx.url) });
      const sideOf = (name: "ours" | "nginx") =>
        side(
          speeds[name].map((result) => result.callsPerSecond),
          "calls/s",
        );
      const sides = { ours: sideOf("ours"), nginx: sideOf("nginx") };
      const p99Us = median(speeds.ours.map((result) => result.p99Us));
      return [
        {
          row: "pixel.vs_nginx",
          value: sides.ours.median / sides.nginx.median,
          unit: "of nginx empty_gif",
          better: "higher",
          sides,
          note: `one worker each, ${CONNECTIONS} connections, ${VISITORS} known visitors; p99 ${(p99Us / 1_000).toFixed(1)} ms`,
        },
      ];
    }),
};
