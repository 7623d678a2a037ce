// Twenty clients of a node's management plane change the same objects at once. Whatever they are answered fits one
// order in which the changes happened one after the other.

import assert from "node:assert/strict";
import { Agent } from "node:http";
import { after, before, test } from "node:test";
import type { HttpAnswer } from "../support/http-call.ts";
import { send } from "../support/http-call.ts";
import { PROTOCOL_WORKSPACE } from "../support/protocol-vectors.ts";
import { type RunningNode, startNode } from "../support/start-node.ts";

const CLIENTS = 20;
const ROUNDS = 12;
const FOLDERS = "/v1/folders/segments";
const SHARED = [5001, 5002, 5003];

let node: RunningNode;
const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS });
before(async () => {
  node = await startNode({ workspace: PROTOCOL_WORKSPACE });
});
after(async () => {
  agent.destroy();
  await node[Symbol.asyncDispose]();
});

function ask(method: string, path: string, body?: unknown, ifMatch?: string): Promise<HttpAnswer> {
  return send({
    ...{ to: node.manageUrl, target: `${path}?pid=1957`, method, agent },
    headers: {
      authorization: `Bearer ${node.token}`,
      ...(body !== undefined && { "content-type": "application/json" }),
      ...(ifMatch !== undefined && { "if-match": ifMatch }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}

async function revision(): Promise<number> {
  const [newest] = JSON.parse((await ask("GET", "/v1/revisions")).text);
  return newest.revision;
}

/** Entries of the audit log of one kind of change. */
async function auditedChanges(): Promise<readonly string[]> {
  const entries: string[] = [];
  let next: string | null = null;
  do {
    const place: string = next === null ? "" : `&after=${next}`;
    const page = await send({
      ...{ to: node.manageUrl, target: `/v1/audit?pid=1957&limit=1000${place}`, agent },
      headers: { authorization: `Bearer ${node.token}` },
    });
    const { list, next: following } = JSON.parse(page.text);
    for (const { change, objectId } of list) entries.push(`${change} ${objectId}`);
    next = following;
  } while (next !== null);
  return entries;
}

const everyClient = <T>(work: (client: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: CLIENTS }, (_, client) => work(client)));

test("with If-Match no change is lost, and a 412 means that another came between", async () => {
  const [began, audited] = [await revision(), (await auditedChanges()).length];
  for (const sid of SHARED) {
    const { text } = await ask("GET", `/v1/traits/${sid}`);
    const reset = await ask("PUT", `/v1/traits/${sid}`, { ...JSON.parse(text), comments: "0" });
    assert.equal(reset.status, 200, reset.text);
  }
  const etags: string[] = [];
  const counted = new Map(SHARED.map((sid) => [sid, 0]));
  let refused = 0;
  await everyClient(async (client) => {
    for (let round = 0; round < ROUNDS; round++) {
      const sid = SHARED[(client + round) % SHARED.length] ?? assert.fail();
      const read = await ask("GET", `/v1/traits/${sid}`);
      const trait = JSON.parse(read.text);
      const etag = read.headers.etag ?? assert.fail("no ETag");
      const comments = String(Number(trait.comments) + 1);
      const put = await ask("PUT", `/v1/traits/${sid}`, { ...trait, comments }, etag);
      if (put.status === 412) {
        refused++;
        assert.ok(!put.text.includes(etag), "it has another ETag now");
        continue;
      }
      assert.equal(put.status, 200, put.text);
      assert.equal(JSON.parse(put.text).comments, comments, "what is answered is what was sent");
      etags.push(put.headers.etag ?? "");
      counted.set(sid, (counted.get(sid) ?? 0) + 1);
    }
  });
  assert.ok(refused > 0 && etags.length > 0, `${refused} of ${CLIENTS * ROUNDS} were refused`);
  assert.equal(new Set(etags).size, etags.length, "each change has an ETag of its own");
  for (const [sid, count] of counted) {
    const { comments } = JSON.parse((await ask("GET", `/v1/traits/${sid}`)).text);
    assert.equal(comments, String(count), `of trait ${sid} each change is in`);
  }
  const changes = etags.length + SHARED.length;
  assert.equal((await revision()) - began, changes, "a revision for each change, and none else");
  assert.equal((await auditedChanges()).length - audited, changes, "as many entries");
});

test("without If-Match the last one stays, and all of them are told of", async () => {
  const [began, audited] = [await revision(), (await auditedChanges()).length];
  const path = "/v1/segments/9001";
  const segment = JSON.parse((await ask("GET", path)).text);
  const written = new Set<string>();
  const etags = new Set<string>();
  await everyClient(async (client) => {
    for (let round = 0; round < 4; round++) {
      const description = `${client} in round ${round}`;
      const put = await ask("PUT", path, { ...segment, description });
      assert.equal(put.status, 200, put.text);
      assert.equal(JSON.parse(put.text).description, description);
      written.add(description);
      etags.add(put.headers.etag ?? "");
    }
  });
  assert.equal(etags.size, written.size);
  const last = await ask("GET", path);
  assert.ok(written.has(JSON.parse(last.text).description));
  assert.ok(etags.has(last.headers.etag ?? ""));
  assert.equal((await revision()) - began, written.size);
  assert.equal((await auditedChanges()).length - audited, written.size);
});

test("of many who make the same one does, and of many who delete it one does", async () => {
  const [began, audited] = [await revision(), await auditedChanges()];
  let changes = 0;
  for (let round = 0; round < 5; round++) {
    const name = `Of round ${round}`;
    const body = { name, parentFolderId: 0 };
    const made = await everyClient(() => ask("POST", `${FOLDERS}/`, body));
    const [first, ...others] = made.filter(({ status }) => status === 201);
    assert.ok(first !== undefined && others.length === 0, made.map(({ text }) => text).join("\n"));
    for (const { status, text } of made) assert.ok(status === 201 || status === 409, text);
    const { folderId } = JSON.parse(first.text);
    const etag = first.headers.etag ?? "";
    const calls = await everyClient(async (client) => {
      if (client % 2 === 0) return ask("DELETE", `${FOLDERS}/${folderId}`, undefined, etag);
      return ask("PUT", `${FOLDERS}/${folderId}`, { ...body, name: `${name}, ${client}` }, etag);
    });
    const winners = calls.filter(({ status }) => status < 300);
    assert.equal(winners.length, 1, calls.map(({ status }) => status).join());
    const isGone = winners[0]?.status === 204;
    for (const { status } of calls) {
      if (status >= 300) assert.equal(status, isGone ? 404 : 412);
    }
    if (!isGone) assert.equal((await ask("DELETE", `${FOLDERS}/${folderId}`)).status, 204);
    changes += isGone ? 2 : 3;
  }
  assert.equal((await revision()) - began, changes);
  assert.equal((await auditedChanges()).length - audited.length, changes);
});
