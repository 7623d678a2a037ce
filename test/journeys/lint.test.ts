// What is odd about definitions, said by a node that knows what calls carried and which traits anybody has: over
// the API and from the command line.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { call, type RunningNode, startNode } from "../support/start-node.ts";

const MAIN = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
const owner = { pid: 1957, dataSourceId: 1002 };
const other = { pid: 1958, dataSourceId: 1003 };

function partner(pid: number, alias: string) {
  return { pid, alias, name: alias, orgId: `${pid}`.padStart(24, "0").concat("@AdobeOrg") };
}

const WORKSPACE = {
  partners: [partner(1957, "alpha"), partner(1958, "beta")],
  dataSources: [
    { dataSourceId: 1002, pid: 1957, name: "Site", idType: "COOKIE" },
    { dataSourceId: 1003, pid: 1958, name: "Site", idType: "COOKIE" },
  ],
  traits: [
    { ...other, sid: 90, name: "Theirs", traitRule: "c_x == 1 AND NOT c_x == 1" },
    { ...owner, sid: 1, name: "View", traitRule: "c_event == view" },
    { ...owner, sid: 2, name: "Typing error", traitRule: "c_evnet == basket" },
    { ...owner, sid: 3, name: "Private", traitRule: "p_age > 17" },
  ],
  segments: [{ ...owner, sid: 11, name: "All", segmentRule: "1T OR 2T OR 3T" }],
};

let node: RunningNode;
let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "dunlin-lint-"));
  node = await startNode({ workers: 2, workspace: WORKSPACE, args: ["--domain", "demdex.net"] });
});
after(async () => {
  await node[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

interface Report {
  readonly findings: readonly { readonly at: string; readonly code: string; name: string }[];
  readonly evidence: Record<"keys" | "realizations", Record<string, number> | null>;
  readonly [key: string]: unknown;
}

async function lint(method: string, query = "?pid=1957", body?: unknown): Promise<Report> {
  const answer = await node.manage(method, `/v1/lint${query}`, body);
  assert.equal(answer.status, 200, answer.text);
  // Answers of the API are JSON.
  return JSON.parse(answer.text);
}

const found = ({ findings }: Report): readonly string[] =>
  findings.map(({ at, code }) => `${at} ${code}`);

async function visits(calls: number, query: string): Promise<void> {
  for (let count = 0; count < calls; count++) {
    const answer = await node.collect(`/event?d_rtbd=json&${query}`, {
      headers: { Host: "alpha.demdex.net", Accept: "*/*" },
    });
    assert.equal(answer.status, 200);
  }
}

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function dunlin(args: readonly string[], env: Record<string, string>): Promise<Ran> {
  return new Promise((resolve) => {
    const options = { env: { ...process.env, DUNLIN_NODE: "", ...env } };
    execFile(process.execPath, [MAIN, ...args], options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

describe("a node that is asked what is odd", () => {
  test("says nothing of keys before it has seen a hundred calls, and names traits that no profile holds", async () => {
    const report = await lint("GET");
    assert.equal(report.evidence.keys, null);
    assert.equal(report.evidence.realizations?.["unfed"], 3);
    assert.deepEqual(found(report), [
      ...["/traits/1 L_UNFED_TRAIT", "/traits/2 L_UNFED_TRAIT", "/traits/3 L_UNFED_TRAIT"],
      "/segments/11 L_UNMAPPED_SEGMENT",
    ]);
    assert.deepEqual([report["warnings"], report["notes"], report["revision"]], [3, 1, 1]);
  });

  test("names keys that no call carried, by what calls carry instead, and no private ones", async () => {
    await visits(120, "c_event=view&p_age=forty-seven");
    // Numbers are counted anew for new definitions.
    const segments = [{ ...owner, sid: 11, name: "Renamed", segmentRule: "1T OR 2T OR 3T" }];
    await node.manage("PUT", "/v1/workspace", { ...WORKSPACE, segments });
    const report = await lint("GET");
    assert.equal(report.evidence.keys?.["calls"], 120);
    assert.deepEqual(found(report), [
      ...["/traits/2 L_UNFED_TRAIT", "/traits/2/traitRule L_UNSEEN_KEY"],
      ...["/traits/3 L_UNFED_TRAIT", "/segments/11 L_UNMAPPED_SEGMENT"],
    ]);
    const { name, message, rule, column } = Object(report.findings[1]);
    assert.deepEqual([name, rule, column], ["Typing error", "c_evnet == basket", 1]);
    assert.match(message, /calls carry "c_event": is that meant\?/);
    assert.doesNotMatch(JSON.stringify(report), /p_age|forty-seven/);
  });

  test("looks at a document that somebody would apply, of which new rules are not held against calls", async () => {
    const traits = [
      { ...owner, sid: 2, name: "Mended", traitRule: "c_event == basket" },
      { ...owner, sid: 4, name: "New", traitRule: "c_event == like" },
      { ...owner, sid: 5, name: "Dead", traitRule: "c_event == a AND NOT c_event == a" },
    ];
    const report = await lint("POST", "?pid=1957", { ...WORKSPACE, traits, segments: [] });
    assert.deepEqual(
      found(report).filter((one) => !one.endsWith("L_UNUSED_TRAIT")),
      ["/traits/5/traitRule L_NEVER"],
    );
    const faulty = await node.manage("POST", "/v1/lint?pid=1957", { traits: [{ sid: 0 }] });
    assert.equal(faulty.status, 400);
    assert.ok(JSON.parse(faulty.text).errors.length > 0);
    assert.equal((await node.manage("POST", "/v1/lint?pid=1957", "{")).status, 400);
  });

  test("tells viewers of their own partner, and nobody of others", async () => {
    const roles = [{ pid: 1957, role: "viewer" }];
    const made = await node.manage("POST", "/v1/tokens", { name: "CI", roles });
    const { token } = JSON.parse(made.text);
    const asked = (query: string) =>
      call(node.manageUrl, `/v1/lint${query}`, { headers: { Authorization: `Bearer ${token}` } });
    const own = await asked("");
    assert.equal(own.status, 200, own.text);
    assert.ok(!own.text.includes("Theirs"));
    assert.equal((await asked("?pid=1958")).status, 403);
    assert.equal((await node.manage("GET", "/v1/lint?pid=1957&maxCost=x")).status, 400);
  });
});

test("one such question is answered at a time", async () => {
  const asked = await Promise.all(
    Array.from({ length: 3 }, () => node.manage("GET", "/v1/lint?pid=1957")),
  );
  assert.deepEqual(asked.map(({ status }) => status).sort(), [200, 429, 429]);
  assert.equal(asked.find(({ status }) => status === 429)?.headers["retry-after"], "5");
});

describe("dunlin lint", () => {
  const env = () => ({ DUNLIN_NODE: node.manageUrl, DUNLIN_TOKEN: node.token });

  test("asks a node of what it serves, with the exit codes of files", async () => {
    const ran = await dunlin(["lint", "--partner", "1957"], env());
    assert.deepEqual([ran.code, ran.stderr], [1, ""]);
    assert.match(
      ran.stdout,
      /: \/traits\/2\/traitRule, column 1: warning L_UNSEEN_KEY: No call that was seen carries "c_evnet"/,
    );
    assert.match(ran.stdout, /\n {4}"Typing error"\n {4}c_evnet == basket\n {4}\^\n/);
    assert.match(
      ran.stdout,
      /\nSeen: keys of 120 calls since \S+; profiles as of \S+\.\n3 warnings, /,
    );
    const quiet = await dunlin(["lint", "--partner=1957", "--fail-on=never", "--json"], env());
    assert.equal(quiet.code, 0);
    assert.equal(JSON.parse(quiet.stdout).warnings, 3);
  });

  test("of a file asks a node only where it is named", async () => {
    const path = join(folder, "shop.json");
    await writeFile(path, JSON.stringify(WORKSPACE));
    const local = await dunlin(["lint", path], env());
    assert.ok(!local.stdout.includes("L_UNFED_TRAIT") && local.stdout.includes("/traits/0/"));
    const named = ["--node", node.manageUrl, "--partner", "1957"];
    const seen = await dunlin(["lint", path, ...named], env());
    assert.match(seen.stdout, new RegExp(`^${RegExp.escape(path)}: /traits/90/traitRule`));
    assert.match(seen.stdout, /L_UNFED_TRAIT/);
    await writeFile(path, '{"traits": [{}]}');
    const faulty = await dunlin(["lint", path, ...named], env());
    assert.equal(faulty.code, 2);
    assert.match(faulty.stderr, /E_MISSING_KEY/);
  });

  test("is told how it is asked", async () => {
    const nothing = await dunlin(["lint"], {});
    assert.deepEqual([nothing.code, nothing.stdout], [2, ""]);
    for (const wrong of [
      ["--fail-on", "x"],
      ["--evidence", "x"],
      ["--partner", "0"],
    ]) {
      const ran = await dunlin(["lint", ...wrong], env());
      assert.deepEqual([ran.code, ran.stdout], [2, ""], wrong.join(" "));
    }
    const away = await dunlin(["lint", "--node", "http://127.0.0.1:1"], env());
    assert.equal(away.code, 1);
  });
});
