// Hundreds of damages, each opened in a process beside this one: a damaged store is refused by
// name, or what is read of it is what was once written. No damage ends a process by a signal.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { type Batch, buildStore, type Outcome } from "../../../test/support/damaged-store.ts";
import { DAMAGES, type Damage } from "../../../test/support/file-damage.ts";
import { runServe } from "../../../test/support/start-node.ts";
import { storeFolder } from "../../../test/support/store-folder.ts";
import { DEFINITIONS_FILE, PROFILES_FILE } from "./environment.ts";

const EACH = 24;
const BATCH = 50;
const PAGE = 4_096;
const CHILD = new URL("../../../test/support/damaged-store.ts", import.meta.url).pathname;
/** A process that says nothing for so long hangs. */
const SILENCE_MS = 20_000;

let sound = "";

before(async () => {
  sound = storeFolder();
  await buildStore(sound);
});

test(`${DAMAGES.length * EACH} damages: refused by name, or what was once written`, async () => {
  const damages = DAMAGES.flatMap((kind, place) =>
    Array.from({ length: EACH }, (_, at): Damage => {
      return { seed: 1 + place * 1_000 + at, kind, file: at % 4 === 3 ? 1 : 0 };
    }),
  );
  const faults: string[] = [];
  let refused = 0;
  for (let at = 0; at < damages.length; at += BATCH) {
    const { outcomes, deaths } = await open(damages.slice(at, at + BATCH));
    refused += outcomes.filter((outcome) => outcome.refused !== null).length;
    faults.push(...deaths, ...outcomes.flatMap(faultsOf));
  }
  assert.deepEqual(faults, []);
  // Both came about: most pages of a file are free at any time, and nothing leads to them.
  const opened = damages.length - refused;
  assert.ok(refused > 150 && opened > 150, `${refused} refused, ${opened} opened`);
});

test("a node that finds its store damaged says which file, and ends with 1", async () => {
  const cases = [
    { file: PROFILES_FILE, damage: (bytes: Buffer) => bytes.fill(0, 2 * PAGE) },
    { file: DEFINITIONS_FILE, damage: (bytes: Buffer) => flipBitOfLatest(bytes) },
  ];
  for (const { file, damage } of cases) {
    const folder = storeFolder();
    cpSync(join(sound, "now"), folder, { recursive: true });
    const path = join(folder, file);
    const bytes = readFileSync(path);
    writeFileSync(path, damage(bytes));
    const node = runServe([
      ...["--data", folder, "--workers", "1", "--admin-token", "a-token-of-the-tests"],
      ...["--collect", "127.0.0.1:0", "--manage", "127.0.0.1:0"],
    ]);
    assert.deepEqual(await node.ended, { code: 1, signal: null });
    assert.ok(node.output().stderr.includes(`${path} cannot be used as a store: `), file);
    assert.equal(node.output().stdout, "");
  }
});

/** In the text of the newest definitions: no page is out of place, and the text is still JSON. */
function flipBitOfLatest(bytes: Buffer): Buffer {
  const at = bytes.lastIndexOf('"revision":3') + 3;
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  return bytes;
}

function faultsOf({ seed, kind, garbage }: Outcome): readonly string[] {
  return garbage.map((what) => `${kind}, seed ${seed}: ${what}`);
}

/** Opens them one after the other, in another process from the one on that ends a process. */
async function open(
  damages: readonly Damage[],
): Promise<{ readonly outcomes: readonly Outcome[]; readonly deaths: readonly string[] }> {
  const outcomes: Outcome[] = [];
  const deaths: string[] = [];
  for (let rest = damages; rest.length > 0; rest = damages.slice(outcomes.length + deaths.length)) {
    const batch: Batch = { folder: sound, scratch: join(sound, "scratch"), damages: rest };
    const { said, end } = await say(batch);
    const lines = said.split("\n").filter((line) => line.startsWith("{"));
    // What the child made.
    outcomes.push(...lines.map((line) => JSON.parse(line) as Outcome));
    const next = rest[lines.length];
    if (next !== undefined) deaths.push(`${next.kind}, seed ${next.seed}: ${end}`);
  }
  return { outcomes, deaths };
}

async function say(batch: Batch): Promise<{ readonly said: string; readonly end: string }> {
  const child = spawn(process.execPath, [CHILD, JSON.stringify(batch)], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  let complaint = "";
  const silence = setTimeout(() => child.kill("SIGKILL"), SILENCE_MS);
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    complaint = `${complaint}${text}`.slice(-300);
  });
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    said += text;
    silence.refresh();
  });
  const [code, signal] = await once(child, "close");
  clearTimeout(silence);
  return { said, end: `ended with ${signal ?? code}: ${complaint}` };
}
