// `dunlin backup` of a node under load, and `dunlin restore`: what was answered before the backup began is
// in the restored node, nothing is there that was never sent, and what is not a whole backup is refused.

import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  watch,
  writeFileSync,
} from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { Agent } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { send } from "../support/http-call.ts";
import { PROTOCOL_WORKSPACE } from "../support/protocol-vectors.ts";
import { type RunningNode, readyLineOf, runServe, startNode } from "../support/start-node.ts";

const MAIN = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
const CLIENTS = 16;
const DEVICES = Array.from({ length: 400 }, (_, at) => `1234567890123456${at}`.padEnd(38, "7"));

const ANY_PORTS = ["--collect", "127.0.0.1:0", "--manage", "127.0.0.1:0", "--workers", "1"];

/** Runs a command and kills it once such a name appears in the folder, if it has not ended by then. */
async function killedAt(
  where: string,
  isSign: (name: string) => boolean,
  args: readonly string[],
): Promise<void> {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: "ignore" });
  const watcher = watch(where, (_, name) => {
    if (name !== null && isSign(name)) child.kill("SIGKILL");
  });
  await new Promise((resolve) => child.once("close", resolve));
  watcher.close();
}

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function dunlin(...args: string[]): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, ...args], (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "dunlin-backup-"));
});
after(() => rm(folder, { recursive: true, force: true }));

type Counts = ReadonlyMap<string, number>;

/** Calls that never rest, and what was sent and answered for each device so far. */
class Load {
  readonly sent = new Map<string, number>();
  readonly answered = new Map<string, number>();
  readonly #node: RunningNode;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: CLIENTS });
  readonly #running: Promise<unknown>;
  #isStopped = false;
  #awaited: { left: number; resolve(): void } | null = null;

  constructor(node: RunningNode) {
    this.#node = node;
    this.#running = Promise.all(Array.from({ length: CLIENTS }, (_, at) => this.#run(at)));
  }

  more(count: number): Promise<void> {
    return new Promise((resolve) => {
      this.#awaited = { left: count, resolve };
    });
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#running;
    this.#agent.destroy();
  }

  async #run(first: number): Promise<void> {
    for (let at = first; !this.#isStopped; at += CLIENTS + 1) {
      const device = DEVICES[at % DEVICES.length] ?? "";
      increment(this.sent, device);
      const answer = await send({
        to: this.#node.collectUrl,
        target: `/event?d_rtbd=json&key1=val1&d_uuid=${device}`,
        host: "alpha.demdex.net",
        agent: this.#agent,
      });
      if (answer.headers["x-error"] !== undefined) {
        this.#isStopped = true;
        assert.fail(`${answer.text}\n${this.#node.output().stderr}`);
      }
      increment(this.answered, device);
      if (this.#awaited !== null && --this.#awaited.left === 0) this.#awaited.resolve();
    }
  }
}

function increment(counts: Map<string, number>, device: string): void {
  counts.set(device, (counts.get(device) ?? 0) + 1);
}

interface Visitor {
  readonly mid: string;
  readonly profiles: readonly { readonly traits: readonly { sid: number; count: number }[] }[];
}

async function visitorOf(node: RunningNode, device: string): Promise<Visitor> {
  const answer = await node.manage("GET", `/v1/partners/1957/visitors?uuid=${device}`);
  assert.equal(answer.status, 200, answer.text);
  // The documented form; a part that is missing fails where it is used.
  return answer.json() as Visitor;
}

async function assertHolds(node: RunningNode, least: Counts, most: Counts): Promise<void> {
  let counted = 0;
  for (const device of DEVICES) {
    const { profiles } = await visitorOf(node, device);
    const count =
      profiles.flatMap(({ traits }) => traits).find(({ sid }) => sid === 5001)?.count ?? 0;
    const [from, to] = [least.get(device) ?? 0, most.get(device) ?? 0];
    assert.ok(count >= from && count <= to, `${device}: ${count}, expected ${from} to ${to}`);
    counted += count;
  }
  assert.ok(counted > 0);
}

for (const durability of ["commit", "fsync"]) {
  test(`under load (${durability}), what was answered before the backup is restored`, async () => {
    const backup = join(folder, `of-${durability}`);
    const restored = join(folder, `restored-${durability}`);
    const common = { workers: 2, clock: "system", args: ["--domain", "demdex.net"] } as const;
    let least: Counts;
    let most: Counts;
    let mid: string;
    {
      await using node = await startNode({
        ...common,
        workspace: PROTOCOL_WORKSPACE,
        args: [...common.args, "--durability", durability],
      });
      const load = new Load(node);
      await load.more(2_000);
      least = new Map(load.answered);
      const ran = await dunlin("backup", "--data", node.data, "--to", backup);
      most = new Map(load.sent);
      assert.deepEqual([ran.code, ran.stderr], [0, ""]);
      assert.equal(JSON.parse(ran.stdout).revision, 1);
      // The node goes on.
      await load.more(500);
      await load.stop();
      mid = (await visitorOf(node, DEVICES[0] ?? "")).mid;
      assert.deepEqual(
        readdirSync(folder).filter((name) => name.endsWith(".part")),
        [],
      );
    }
    const ran = await dunlin("restore", `--from=${backup}`, `--data=${restored}`);
    assert.deepEqual([ran.code, ran.stderr], [0, ""]);
    await using node = await startNode({ ...common, data: restored });
    await assertHolds(node, least, most);
    assert.equal((await visitorOf(node, DEVICES[0] ?? "")).mid, mid);
    assert.equal((await node.manage("GET", "/v1/workspace")).status, 200);
  });
}

describe("what is no whole backup, or no place for one, is refused by name", () => {
  let backup: string;
  let data: string;
  before(async () => {
    data = join(folder, "data");
    await using _ = await startNode({ data, workspace: PROTOCOL_WORKSPACE });
    backup = join(folder, "backup");
    assert.equal((await dunlin("backup", "--data", data, "--to", backup)).code, 0);
  });

  const change = (name: string, edit: (bytes: Buffer) => Buffer) => (copy: string) =>
    writeFileSync(join(copy, name), edit(readFileSync(join(copy, name))));
  const flip = (bytes: Buffer): Buffer => {
    const at = Math.floor(bytes.length / 2);
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    return bytes;
  };
  const damages: Readonly<Record<string, (copy: string) => void>> = {
    "a changed bit in profiles.mdb": change("profiles.mdb", flip),
    "a changed bit in definitions.mdb": change("definitions.mdb", flip),
    "another secret": change("root-secret", flip),
    "profiles.mdb cut off": change("profiles.mdb", (bytes) => bytes.subarray(0, -4_096)),
    "no definitions.mdb": (copy) => rmSync(join(copy, "definitions.mdb")),
    "half a manifest": change("manifest.json", (bytes) => bytes.subarray(0, 60)),
    "a manifest whose names lead elsewhere": change("manifest.json", (bytes) =>
      Buffer.from(bytes.toString().replace("root-secret", "../root-secret")),
    ),
  };
  for (const [what, damage] of Object.entries(damages)) {
    test(what, async () => {
      const copy = join(folder, "damaged");
      const target = join(folder, "target");
      cpSync(backup, copy, { recursive: true });
      damage(copy);
      const { code, stdout, stderr } = await dunlin("restore", "--from", copy, "--data", target);
      assert.deepEqual([code, stdout], [2, ""]);
      assert.match(stderr, /^dunlin: --from: E_DAMAGED: Expected a whole backup at [^\n]+\.\n$/);
      assert.deepEqual(readdirSync(target), []);
      rmSync(copy, { recursive: true });
    });
  }

  test("a folder that is none, and options that are wrong", async () => {
    const none = join(folder, "none");
    const ran = await dunlin("restore", "--from", none, "--data", join(folder, "target"));
    assert.equal(ran.code, 2);
    assert.match(ran.stderr, /^dunlin: --from: E_FILE: Expected a backup at /);
    const empty = await dunlin("backup", "--data", none, "--to", join(folder, "other"));
    assert.equal(empty.code, 2);
    assert.match(empty.stderr, /^dunlin: --data: E_FILE: Expected the data folder of a node/);
    assert.match((await dunlin("backup")).stderr, /^dunlin: --to: E_VALUE: /);
    const unknown = await dunlin("restore", "--to", none);
    assert.match(unknown.stderr, /^dunlin: --to: E_UNKNOWN_KEY: /);
  });

  test("a target that holds something, or that a node uses, stays as it is", async () => {
    const taken = await dunlin("backup", "--data", data, "--to", backup);
    assert.equal(taken.code, 2);
    assert.match(taken.stderr, /^dunlin: --to: E_FILE: Expected a name that is free/);
    const before = statSync(join(data, "profiles.mdb")).mtimeMs;
    const full = await dunlin("restore", "--from", backup, "--data", data);
    assert.equal(full.code, 2);
    assert.match(full.stderr, /^dunlin: --data: E_FILE: Expected an empty folder, but /);
    await using node = await startNode({ data });
    const used = await dunlin("restore", "--from", backup, "--data", node.data);
    assert.equal(used.code, 1);
    assert.match(used.stderr, /^dunlin: --data: E_LOCKED: .* \(process \d+\)\.\n$/);
    assert.equal(statSync(join(data, "profiles.mdb")).mtimeMs, before);
  });

  test("what the system refuses is said as it says it", async () => {
    const to = join(data, "profiles.mdb", "backup");
    const ran = await dunlin("backup", "--data", data, "--to", to);
    assert.equal(ran.code, 1);
    assert.match(ran.stderr, /^dunlin: --to: E_FAILED: ENOTDIR: /);
  });

  test("a store that is damaged is not backed up", async () => {
    const broken = join(folder, "broken");
    const to = join(folder, "of-broken");
    cpSync(data, broken, { recursive: true });
    const path = join(broken, "profiles.mdb");
    // The third page: the first that is not the head.
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.fill(0xa5, 2 * 4_096, 6 * 4_096));
    const ran = await dunlin("backup", "--data", broken, "--to", to);
    assert.equal(ran.code, 2, ran.stderr);
    assert.match(ran.stderr, /^dunlin: --data: E_DAMAGED: /);
    assert.ok(!existsSync(to));
  });

  test("a command that is killed leaves a whole backup or none, a whole folder or one of no use", async () => {
    for (let round = 0; round < 3; round++) {
      const to = join(folder, `killed-${round}`);
      await killedAt(folder, (name) => name.startsWith(`killed-${round}.`), [
        ...["backup", "--data", data, "--to", to],
      ]);
      const target = join(folder, `killed-${round}-data`);
      const whole = existsSync(to) ? to : backup;
      mkdirSync(target);
      await killedAt(target, (name) => name === "definitions.mdb.restoring", [
        ...["restore", "--from", whole, "--data", target],
      ]);
      const isWhole = readdirSync(target).every((name) => !name.endsWith(".restoring"));
      const started = runServe([...["--data", target], ...ANY_PORTS]);
      if (isWhole) {
        await readyLineOf(started);
        started.process.kill("SIGTERM");
      }
      assert.equal((await started.ended).code, isWhole ? 0 : 1, started.output().stderr);
    }
  });

  test("no node starts where a restoration did not end", async () => {
    const target = join(folder, "unfinished");
    cpSync(backup, target, { recursive: true });
    const { UNFINISHED } = await import("../../src/stores/lmdb/backup/backup.ts");
    writeFileSync(join(target, "profiles.mdb"), UNFINISHED);
    const started = runServe(["--data", target, ...ANY_PORTS]);
    assert.equal((await started.ended).code, 1);
    assert.match(started.output().stderr, /profiles\.mdb cannot be used as a store/);
  });
});
