// Does a call cost more where there are more rules? Two nodes with the same 100 traits and 20 segments that
// calls fulfil; one of them holds 100,000 traits and 20,000 segments in all. Both answer every call alike.

import { send } from "../../test/support/http-call.ts";
import { seededRandom } from "../../test/support/random.ts";
import { interleave, type Row, side } from "../harness.ts";
import { startNode, withBench, writeRequests } from "../load/nodes.ts";
import { ALIAS, type ShopSize, shopRequests, shopWorkspace } from "../load/shop.ts";
import { makeKnown, runLoad } from "../load/wrk.ts";

const VISITORS = 20_000;
const CONNECTIONS = 64;
const COMPARED_CALLS = 50;
const FEW: ShopSize = { traits: 100, segments: 20, idleTraits: 0, idleSegments: 0 };
const MANY: ShopSize = { ...FEW, idleTraits: 99_900, idleSegments: 19_980 };

export const FLATNESS_ROW: Row = {
  name: "flatness",
  run: ({ quick, progress }) =>
    withBench(async (bench) => {
      const requests = shopRequests(seededRandom(1), VISITORS);
      const requestFile = writeRequests(bench, "event", requests);
      progress("starting two nodes");
      const few = await startNode(bench, {
        name: "few",
        workspace: shopWorkspace(seededRandom(2), FEW),
      });
      const many = await startNode(bench, {
        name: "many",
        workspace: shopWorkspace(seededRandom(2), MANY),
      });
      await compareAnswers([few.url, many.url], requests.slice(0, COMPARED_CALLS));
      progress("warming up; every visitor becomes known");
      for (const { url } of [few, many]) await makeKnown({ url, requestFile, visitors: VISITORS });

      const rounds = quick ? 2 : 7;
      const seconds = quick ? 2 : 4;
      const full = (url: string) => async () => {
        const load = { url, requestFile, connections: CONNECTIONS, seconds, pauseMs: 0 };
        return (await runLoad(load)).callsPerSecond;
      };
      progress(`${rounds} rounds of ${seconds} s at full speed`);
      const speeds = await interleave(rounds, { many: full(many.url), few: full(few.url) });
      const sides = {
        many: side(speeds.many, "calls/s"),
        few: side(speeds.few, "calls/s"),
      };
      return [
        {
          row: "event.flatness",
          value: sides.many.median / sides.few.median,
          unit: "of the speed with few rules",
          better: "higher",
          sides,
          note: `100,000 traits and 20,000 segments against 100 and 20, the same answers; ${VISITORS} known visitors, one worker`,
        },
      ];
    }),
};

/** Throws where the idle rules changed an answer: the row would compare two different things. */
async function compareAnswers(urls: readonly string[], requests: readonly string[]): Promise<void> {
  const host = `${ALIAS}.dcs.localhost`;
  for (const request of requests) {
    const target = request.split(" ")[1] ?? "";
    const answers = await Promise.all(urls.map((to) => send({ to, target, host })));
    const [one, other] = answers.map(({ text }) => text.replace(/"tid":"[^"]*"/, ""));
    if (one !== other) throw new Error(`The two nodes answer differently:\n${one}\n${other}`);
  }
}
