import assert from "node:assert/strict";
import { test } from "node:test";
import { startNode } from "../support/start-node.ts";

test("a node says that it is ready with exactly the documented keys", async () => {
  await using node = await startNode({ workers: 2, args: ["--region", "9"] });
  const [line = ""] = node.output().stdout.split("\n");
  const ready = JSON.parse(line);
  assert.deepEqual(Object.keys(ready), ["ready", "collect", "manage", "region", "pid"]);
  assert.equal(ready.ready, true);
  assert.equal(ready.region, 9);
  assert.equal((await node.manage("GET", "/ready")).status, 200);
});
