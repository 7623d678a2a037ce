import assert from "node:assert/strict";
import { test } from "node:test";
import { readSyncTarget, secondLegTarget } from "./sync-path.ts";

const ROWS: readonly (readonly [target: string, query: string | null, isSecondLeg?: boolean])[] = [
  ["/ibs:dpid=1&dpuuid=a", "dpid=1&dpuuid=a", false],
  ["/ibs:dpid=1&dpuuid=a?gdpr=&x=?", "dpid=1&dpuuid=a&gdpr=&x=?", false],
  ["/ibs:", "", false],
  ["/demconf.jpg?et:ibs%7cdata:dpid=1&dpuuid=a?b", "dpid=1&dpuuid=a&b", true],
  ["/demconf.jpg?et:ibs%7Cdata:dpid=1", "dpid=1", true],
  ["/demconf.jpg?et:ibs|data:dpid=1", "dpid=1", true],
  ["/demconf.jpg?dpid=1", null],
  ["/ibs", null],
  ["/ibsx:dpid=1", null],
];

for (const [target, query, isSecondLeg] of ROWS) {
  test(`${target} carries ${query ?? "no sync"}`, () => {
    const sync = readSyncTarget(target);
    assert.equal(sync?.query ?? null, query);
    assert.equal(sync?.isSecondLeg, isSecondLeg);
  });
}

test("the second leg carries what the first one did, octet for octet", () => {
  const data = "dpid=1&dpuuid=Y2Vz%26700?gdpr_consent=&redir=https%3A%2F%2Fx%3Fu%3D${DD_UUID}";
  const second = readSyncTarget(secondLegTarget(data));
  assert.deepEqual(second, { ...readSyncTarget(`/ibs:${data}`), isSecondLeg: true });
});
