import assert from "node:assert/strict";
import { test } from "node:test";
import { PreparationThread } from "./preparation-thread.ts";

const owner = { pid: 1957, dataSourceId: 1002 };

function documentOf(traits: number): string {
  return JSON.stringify({
    partners: [{ pid: 1957, alias: "alpha", name: "Alpha", orgId: `${"0".repeat(24)}@AdobeOrg` }],
    dataSources: [{ dataSourceId: 1002, pid: 1957, name: "Site", idType: "COOKIE" }],
    traits: Array.from({ length: traits }, (_, place) => {
      const sid = place + 1;
      return { ...owner, sid, name: `Trait ${sid}`, traitRule: `t == "${sid}"` };
    }),
    segments: [{ ...owner, sid: 900_001, name: "Ones", segmentRule: "1T" }],
  });
}

test("small and large definitions are prepared alike, with no more of them than a count needs", async () => {
  const thread = new PreparationThread();
  const rule = { kind: "typed", segmentRule: "2T AND 3T", mergeRuleId: null } as const;
  for (const traits of [10, 20_000, 20_000]) {
    const question = { pid: 1957, rule };
    const prepared = await thread.prepare(documentOf(traits), { kind: "size", question });
    assert.ok(prepared.ok && prepared.value.kind === "size");
    const { definitions } = prepared.value;
    assert.deepEqual(
      definitions.traits.map(({ sid, traitRule }) => [sid, traitRule]),
      [
        [2, null],
        [3, null],
      ],
    );
  }
  const faulty = await thread.prepare(documentOf(20_000), {
    kind: "size",
    question: { pid: 1957, rule: { ...rule, segmentRule: "20001T" } },
  });
  assert.ok(!faulty.ok && faulty.error.kind === "refused");
  const text = documentOf(20_000).replace('"segmentRule":"1T"', '"segmentRule":"4T"');
  const plan = await thread.prepare(documentOf(20_000), { kind: "plan", text });
  assert.ok(plan.ok && plan.value.kind === "plan");
  assert.deepEqual(
    plan.value.segments.map(({ sid, because }) => [sid, because]),
    [[900_001, "its rule"]],
  );
  await thread.close();
});
