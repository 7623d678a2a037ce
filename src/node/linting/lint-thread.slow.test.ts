import assert from "node:assert/strict";
import { test } from "node:test";
import type { LintRequest } from "./lint-definitions.ts";
import { lintInThread } from "./lint-thread.ts";

const REQUEST: LintRequest = {
  ...{ pid: 7, of: "own", maxCost: null, seenKeys: null, unfed: null },
  text: JSON.stringify({
    partners: [7, 8].map((pid) => ({
      ...{
        pid,
        alias: `p${pid}`,
        name: `P${pid}`,
        orgId: `${`${pid}`.padStart(24, "0")}@AdobeOrg`,
      },
    })),
    dataSources: [{ dataSourceId: 70, pid: 7, name: "Site", idType: "COOKIE" }],
    traits: [{ sid: 71, pid: 7, dataSourceId: 70, name: "T", traitRule: "a == 1 AND NOT a == 1" }],
  }),
};
const PATIENT = { timeMs: 60_000, memoryMb: 512 };
const { signal } = new AbortController();

test("definitions are looked at in a thread, which is ended when it takes too long, too much or the node stops", async () => {
  const linted = await lintInThread(REQUEST, PATIENT, signal);
  assert.ok(linted?.ok);
  assert.deepEqual(
    linted.value.map(({ at, code }) => [at, code]),
    [
      ["/traits/71/traitRule", "L_NEVER"],
      ["/traits/71", "L_UNUSED_TRAIT"],
    ],
  );
  assert.equal(await lintInThread(REQUEST, { ...PATIENT, timeMs: 0 }, signal), null);
  assert.equal(await lintInThread(REQUEST, PATIENT, AbortSignal.abort()), null);
  const large = { ...REQUEST, text: `[${"[],".repeat(4_000_000)}1]` };
  assert.equal(await lintInThread(large, { ...PATIENT, memoryMb: 16 }, signal), null);
});
