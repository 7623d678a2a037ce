// A process that commits for one visitor, and says so after each answer: for tests that share an
// environment between processes, or kill one. Run as `node store-writer.ts <JSON of a Writing>`;
// writes one byte to standard output for each answered commit.

import { type ChildProcess, spawn } from "node:child_process";
import { writeSync } from "node:fs";
import { asPartnerId, parseDeviceId } from "../../src/model/ids.ts";
import type { ProfileKey } from "../../src/profiles/store.ts";
import type { Durability } from "../../src/stores/lmdb/environment.ts";
import { LmdbDefinitionStore } from "../../src/stores/lmdb/lmdb-definition-store.ts";
import { LmdbProfileStore } from "../../src/stores/lmdb/lmdb-profile-store.ts";
import { openBesideOthers } from "./open-beside.ts";
import { deltaOf } from "./store-deltas.ts";

export interface Writing {
  readonly folder: string;
  readonly durability: Durability;
  readonly commits: number;
  readonly inFlight: number;
  /** A document to publish first. */
  readonly publishes?: string;
}

export const TRAIT = 5001;
const NOON = Date.UTC(2026, 2, 1, 12);

export function theVisitor(): ProfileKey {
  const device = parseDeviceId("22920112968019678612904394744954398990");
  if (device === null) throw new Error("Not a device ID.");
  return { kind: "device", pid: asPartnerId(1957), device };
}

/** How often the visitor realized the trait, as the store knows it. */
export async function countStored(store: LmdbProfileStore): Promise<number> {
  const [profile] = await store.load([theVisitor()]);
  return profile?.traits[0]?.days[1] ?? 0;
}

export function spawnWriter(writing: Writing): ChildProcess {
  return spawn(process.execPath, writerArguments(writing), {
    stdio: ["ignore", "pipe", "inherit"],
  });
}

export function writerArguments(writing: Writing): string[] {
  return [import.meta.filename, JSON.stringify(writing)];
}

async function write(writing: Writing): Promise<void> {
  const { folder, durability, commits, inFlight, publishes } = writing;
  const environment = await openBesideOthers({ folder, durability });
  if (publishes !== undefined) {
    await new LmdbDefinitionStore(environment).publish({ revision: 1, document: publishes });
  }
  const store = new LmdbProfileStore(environment);
  const change = { key: theVisitor(), delta: deltaOf({ at: NOON, realized: { [TRAIT]: 120 } }) };
  let begun = 0;
  const client = async (): Promise<void> => {
    while (begun++ < commits) {
      await store.commit([change]);
      writeSync(1, ".");
    }
  };
  await Promise.all(Array.from({ length: inFlight }, client));
  await store.close();
}

// What `writerArguments` made.
if (import.meta.main) await write(JSON.parse(process.argv[2] ?? "") as Writing);
