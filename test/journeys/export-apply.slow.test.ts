// Configuration as code: what `dunlin export` writes, `dunlin apply` makes of an empty node a node that answers
// the same, byte for byte.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { HttpAnswer } from "../support/http-call.ts";
import { PROTOCOL_WORKSPACE } from "../support/protocol-vectors.ts";
import { type Random, seededRandom } from "../support/random.ts";
import { type RunningNode, startNode } from "../support/start-node.ts";
import { deviceId } from "../support/visitors.ts";

const MAIN = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
const run = promisify(execFile);

const MINUTE_MS = 60_000;
const CALLS_PER_MINUTE = 20;
const BEGINNING = Date.UTC(2026, 2, 1, 12);
const DEVICES = 40;

/** One call of the recorded hour. */
interface RecordedCall {
  readonly minute: number;
  readonly host: string;
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
}

test("a node that was given what another one exported answers an hour of traffic byte for byte as that one", async () => {
  const folder = await mkdtemp(join(tmpdir(), "dunlin-export-"));
  // The same secret: IDs are derived from it, not from definitions.
  const args = ["--secret", "one for both", "--domain", "demdex.net"];
  await using first = await startNode({ workspace: PROTOCOL_WORKSPACE, workers: 2, args });
  await using second = await startNode({ workers: 2, args });
  try {
    const exported = await dunlin(first, ["export"]);
    const file = join(folder, "all.json");
    await writeFile(file, exported);
    await dunlin(second, ["apply", file]);
    assert.equal(await dunlin(second, ["export"]), exported);

    const recorded = await recordHour(first);
    const seen = { bytes: 0, withSegments: 0 };
    for (let minute = 0; minute < 60; minute += 1) {
      const now = new Date(BEGINNING + minute * MINUTE_MS).toISOString();
      for (const node of [first, second]) {
        assert.equal((await node.manage("PUT", "/v1/clock", { now })).status, 200);
      }
      for (const call of recorded.filter((each) => each.minute === minute)) {
        const one = spell(await ask(first, call));
        const other = spell(await ask(second, call));
        assert.equal(other, one, `minute ${minute}, ${call.host}${call.target}`);
        seen.bytes += one.length;
        seen.withSegments += Number(/"segments":\[\d/.test(one) || /stuff/.test(one));
      }
    }
    assert.ok(seen.withSegments > 100 && seen.bytes > 500_000, JSON.stringify(seen));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

async function dunlin(node: RunningNode, args: readonly string[]): Promise<string> {
  const env = { ...process.env, DUNLIN_NODE: node.manageUrl, DUNLIN_TOKEN: node.token };
  const { stdout } = await run(process.execPath, [MAIN, ...args], { env, maxBuffer: 2 ** 26 });
  return stdout;
}

function ask(node: RunningNode, { host, target, headers }: RecordedCall): Promise<HttpAnswer> {
  return node.collect(target, { host, headers });
}

/** What may differ from answer to answer is masked: the call's own ID, the node's name and time. */
function spell({ status, headers, text }: HttpAnswer): string {
  const { date: _date, "x-tid": _tid, dcs: _dcs, ...kept } = headers;
  const body = text.replace(/"tid":"[^"]*"/g, '"tid":""');
  return JSON.stringify([status, kept, body]);
}

/** Signals that realize traits come from the API itself, which says what URL does. */
async function recordHour(node: RunningNode): Promise<readonly RecordedCall[]> {
  const random = seededRandom(20_260_301);
  const partners = PROTOCOL_WORKSPACE.partners;
  const queries = new Map<number, string[]>();
  for (const { pid } of partners) {
    const answer = await node.manage("GET", `/v1/traits/?includeDetails=true&pid=${pid}`);
    const traits = JSON.parse(answer.text) as { url: string | null }[];
    const urls = traits.flatMap(({ url }) => (url === null ? [] : [new URL(url).search.slice(1)]));
    queries.set(pid, [...urls, "c_color=blue", "no=body", "x=%ff", "price=12"]);
  }
  return Array.from({ length: 60 * CALLS_PER_MINUTE }, (_, place): RecordedCall => {
    const partner = random.pick(partners);
    const minute = Math.floor(place / CALLS_PER_MINUTE);
    const signals = queries.get(partner.pid) ?? [];
    return { minute, host: `${partner["alias"]}.demdex.net`, ...callOf(random, signals) };
  });
}

const KINDS = ["d_rtbd=json", "d_rtbd=json&d_cb=f", "d_event=imp", ""];
const WISHES = ["d_cts=1", "d_cts=2", "d_dst=1", "d_coop_safe=1", "d_ver=2", ""];

function callOf(
  random: Random,
  signals: readonly string[],
): Pick<RecordedCall, "target" | "headers"> {
  const device = deviceId(1 + random.below(DEVICES));
  const person = `person-${1 + random.below(DEVICES)}`;
  const isLogin = random.chance(0.3);
  const parts = [
    ...Array.from({ length: random.below(4) }, () => random.pick(signals)),
    random.pick(KINDS),
    random.pick(WISHES),
    random.pick(WISHES),
    random.chance(0.5) ? `d_uuid=${device}` : "",
    isLogin ? `d_cid=1001%01${person}%01${random.pick(["0", "1", "2"])}` : "",
  ];
  const headers = { Cookie: `demdex=${device}`, Referer: "https://shop.example/page" };
  return { target: `/event?${parts.filter((part) => part !== "").join("&")}`, headers };
}
