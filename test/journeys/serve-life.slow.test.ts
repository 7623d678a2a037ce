// A node's life: what a second start finds, and what a stop leaves behind.

import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { PROTOCOL_WORKSPACE } from "../support/protocol-vectors.ts";
import { call, runServe, startNode, TEST_TOKEN } from "../support/start-node.ts";

let folder = "";
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "dunlin-life-"));
});
after(() => rm(folder, { recursive: true, force: true }));

const FREE_PORTS = ["--collect", "127.0.0.1:0", "--manage", "127.0.0.1:0"];

test("a port in use ends the start with 1 and names the option, on either plane", async () => {
  await using node = await startNode();
  for (const [option, url] of [
    ["--collect", node.collectUrl],
    ["--manage", node.manageUrl],
  ] as const) {
    const data = join(folder, `port-${option.slice(2)}`);
    const { ended, output } = runServe([
      ...["--data", data, ...FREE_PORTS, "--workers", "1"],
      ...[option, new URL(url).host, "--log", "silent"],
    ]);
    assert.equal((await ended).code, 1, output().stderr);
    assert.match(output().stderr, new RegExp(`dunlin: ${option} 127.0.0.1:.*EADDRINUSE`));
  }
});

test("two nodes do not share a folder; one that was killed blocks nobody", async () => {
  const data = join(folder, "locked");
  const first = await startNode({ data });
  const second = runServe(["--data", data, ...FREE_PORTS]);
  assert.equal((await second.ended).code, 1);
  assert.match(second.output().stderr, new RegExp(`^dunlin: --data: .*process ${first.pid}`));
  assert.equal((await first.manage("GET", "/ready")).status, 200);
  await first.kill();
  const third = await startNode({ data });
  assert.equal((await third.stop()).code, 0);
});

test("a killed primary takes its workers along: a restart has the same ports at once", async () => {
  const data = join(folder, "killed");
  const workspace = PROTOCOL_WORKSPACE;
  const args = ["--domain", "demdex.net"];
  const node = await startNode({ data, workers: 2, workspace, args });
  await node.kill();
  const ports = ["--collect", new URL(node.collectUrl).host];
  ports.push("--manage", new URL(node.manageUrl).host);
  // Without its workspace: what was published before is in the store.
  const again = await startNode({ data, workers: 2, args: [...args, ...ports] });
  const answer = await again.collect("/event?d_rtbd=json", { host: "alpha.demdex.net" });
  assert.equal(answer.status, 200);
  assert.match(answer.text, /"uuid"/);
  assert.match(String(answer.headers["dcs"]), / r1 /);
  assert.equal((await again.stop()).code, 0);
});

test("a seed is applied where there are no definitions, and never again", async () => {
  const data = join(folder, "seeded");
  const seed = join(folder, "seed.json");
  await writeFile(seed, JSON.stringify(PROTOCOL_WORKSPACE));
  const first = await startNode({ data, args: ["--seed", seed] });
  const emptied = await first.manage("PUT", "/v1/workspace", {});
  assert.equal(emptied.status, 200);
  await first.stop();
  const second = await startNode({ data, args: ["--seed", seed] });
  assert.match((await second.manage("GET", "/v1/workspace")).text, /"partners":\[\]/);
  await second.stop();
});

test("another secret than the folder's is refused: visitor IDs would change", async () => {
  const data = join(folder, "secret");
  const node = await startNode({ data, args: ["--secret", "the first secret"] });
  await node.stop();
  const other = runServe(["--data", data, ...FREE_PORTS, "--secret", "the second secret"]);
  assert.equal((await other.ended).code, 2);
  assert.match(other.output().stderr, /^dunlin: --secret: E_IMMUTABLE: .*visitor IDs/);
  assert.doesNotMatch(other.output().stderr, /the (?:first|second) secret/);
});

test("the token that a first start makes is shown once, works, and is kept as a hash", async () => {
  const data = join(folder, "token");
  const options = { data, args: ["--log", "silent"] };
  const first = await startNode({ ...options, ownToken: true });
  const shown = /token, shown this once: (\S+)\n/.exec(first.output().stderr)?.[1] ?? "";
  assert.ok(shown.length > 40, first.output().stderr);
  await first.stop();
  const second = await startNode({ ...options, ownToken: true });
  const headers = { Authorization: `bearer ${shown}` };
  assert.equal((await call(second.manageUrl, "/v1/workspace", { headers })).status, 200);
  const wrong = { Authorization: `Bearer ${TEST_TOKEN}` };
  assert.equal((await call(second.manageUrl, "/v1/workspace", { headers: wrong })).status, 401);
  await second.stop();
  assert.equal(second.output().stderr, "");
  assert.ok(!(await readFile(join(data, "admin-token.sha256"), "utf8")).includes(shown));
});

test("asked to stop, a node answers what is under way and takes nothing new", async () => {
  const data = join(folder, "drained");
  const node = await startNode({ data, workspace: PROTOCOL_WORKSPACE });
  const port = Number(new URL(node.collectUrl).port);
  // A call whose body is still on its way when the node is told to stop.
  const socket = connect(port, "127.0.0.1");
  socket.setEncoding("utf8");
  let received = "";
  socket.on("data", (text: string) => {
    received += text;
  });
  const closed = once(socket, "close");
  const uuid = "12345678901234567890123456789012345678";
  const body = `c_color=blue&d_rtbd=json&d_uuid=${uuid}`;
  socket.write(
    [
      "POST /event HTTP/1.1",
      "Host: alpha.dcs.localhost",
      "Content-Type: application/x-www-form-urlencoded",
      `Content-Length: ${body.length}`,
      "Expect: 100-continue",
      "",
      body.slice(0, 10),
    ].join("\r\n"),
  );
  // "100 Continue" shows that the call has reached the worker.
  await once(socket, "data");
  const stopping = node.stop();
  // Nothing new is taken once the management plane, which stops with the rest, is closed.
  await untilRefused(node.manageUrl);
  socket.write(body.slice(10));
  await closed;
  assert.match(received, /HTTP\/1\.1 200 OK/);
  assert.match(received, new RegExp(`"uuid":"${uuid}"`));
  assert.equal((await stopping).code, 0);

  // And what it was told is there.
  const again = await startNode({ data });
  const visitor = await again.manage("GET", `/v1/partners/1957/visitors?uuid=${uuid}`);
  assert.match(visitor.text, new RegExp(`"profile":"dev:${uuid}"`));
  await again.stop();
});

async function untilRefused(url: string): Promise<void> {
  for (;;) {
    try {
      await call(url, "/live");
    } catch {
      return;
    }
  }
}
