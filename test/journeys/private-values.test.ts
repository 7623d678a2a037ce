// What callers send in confidence leaves no trace: no log line, no error, no metric, no file of the node.

import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { PROTOCOL_WORKSPACE } from "../support/protocol-vectors.ts";
import { startNode } from "../support/start-node.ts";

const SECRET = "zq7private7qz";

test("private values, raw queries and cookies are in no log, answer, metric or file", async () => {
  await using node = await startNode({
    workspace: PROTOCOL_WORKSPACE,
    args: ["--domain", "demdex.net", "--log", "trace"],
  });
  const host = "alpha.demdex.net";
  const answers = await Promise.all([
    node.collect(`/event?d_rtbd=json&p_age=20&p_note=${SECRET}`, { host }),
    node.collect(`/event?d_rtbd=json&p_note=${SECRET}&x=%zz`, { host }),
    node.collect(`/event?d_rtbd=json&d_uuid=1&p_note=${SECRET}`, { host }),
    node.collect(`/nothing?p_note=${SECRET}`, { host }),
    node.collect(`/event?c_own=${SECRET}`, { host, headers: { Cookie: `other=${SECRET}` } }),
    node.collect("/event?d_rtbd=json", {
      ...{ host, method: "POST", body: `p_note=${SECRET}`, headers: { Authorization: SECRET } },
    }),
    node.collect(`/event?p_note=${SECRET}`, { host, method: "PUT" }),
  ]);
  for (const answer of answers) {
    assert.ok(!answer.text.includes(SECRET));
    assert.ok(!JSON.stringify(answer.headers).includes(SECRET));
  }
  const metrics = await node.manage("GET", "/metrics");
  assert.equal(metrics.status, 200);
  assert.ok(!metrics.text.includes(SECRET));

  const files = await readdir(node.data, { recursive: true, withFileTypes: true });
  for (const file of files.filter((entry) => entry.isFile())) {
    const bytes = await readFile(join(file.parentPath, file.name));
    assert.ok(!bytes.includes(SECRET), `${file.name} holds a value that was sent`);
  }
  await node.stop();
  const { stdout, stderr } = node.output();
  assert.ok(!`${stdout}${stderr}`.includes(SECRET));
});
