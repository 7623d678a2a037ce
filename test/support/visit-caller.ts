// A process that works on visitors of a shared environment, and says what came of it: for tests that let
// several processes work at once, or kill one. Run as `node visit-caller.ts <JSON of a Task>`.

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { writeSync } from "node:fs";
import type { AuthState, IdentityChange, LinkLimits } from "../../src/model/identity.ts";
import type { Durability } from "../../src/stores/lmdb/environment.ts";
import { LmdbVisitorStore } from "../../src/stores/lmdb/lmdb-visitor-store.ts";
import { openBesideOthers } from "./open-beside.ts";
import { seededRandom } from "./random.ts";
import { customerKey, deviceKey, linkOf, NOON, PARTNER, profileChange } from "./visitors.ts";

export type Task = { readonly folder: string; readonly durability: Durability } & (
  | { readonly kind: "link"; readonly plan: LinkPlan; readonly inFlight: number }
  /** Says a device's number once it is linked with a customer of its own and with one of all. */
  | { readonly kind: "link-for-ever"; readonly first: number; readonly inFlight: number }
  /** Says how many of so many calls a bucket of so many let pass. */
  | { readonly kind: "take"; readonly takes: number; readonly calls: number }
  | { readonly kind: "opt-out"; readonly device: number }
  /** Says what came of a call of a device with the partner. */
  | { readonly kind: "visit"; readonly device: number }
);

/** Random logins, logouts and syncs of customers on devices, each at a time of its own. */
export interface LinkPlan {
  readonly seed: number;
  readonly visits: number;
  readonly devices: number;
  readonly customers: number;
  readonly limits: LinkLimits;
  /** This one's times, in milliseconds: `offset`, `offset + step`, … */
  readonly offset: number;
  readonly step: number;
}

export function plannedLinks(plan: LinkPlan): readonly (IdentityChange & { kind: "link" })[] {
  const random = seededRandom(plan.seed);
  return Array.from({ length: plan.visits }, (_, place) => {
    const device = 1 + random.below(plan.devices);
    const id = `customer-${random.below(plan.customers)}`;
    // Below 3.
    const state = random.below(3) as AuthState;
    const at = NOON + plan.offset + place * plan.step;
    return linkOf(device, id, { state, at, limits: plan.limits });
  });
}

export function spawnCaller(task: Task): ChildProcess {
  return spawn(process.execPath, callerArguments(task), { stdio: ["ignore", "pipe", "inherit"] });
}

/** What it said, once it is done. */
export async function outcomeOf(caller: ChildProcess): Promise<string> {
  let said = "";
  caller.stdout?.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  const [code] = await once(caller, "close");
  if (code !== 0) throw new Error(`A caller ended with ${code}.`);
  return said;
}

/** What it said; waits for it without ending the turn of the event loop. */
export function runCallerNow(task: Task): string {
  return execFileSync(process.execPath, callerArguments(task), { encoding: "utf8" });
}

function callerArguments(task: Task): string[] {
  return [import.meta.filename, JSON.stringify(task)];
}

async function carryOut(task: Task): Promise<void> {
  const { folder, durability } = task;
  const store = new LmdbVisitorStore(await openBesideOthers({ folder, durability }));
  const visit = (identities: readonly IdentityChange[]): Promise<unknown> =>
    store.commitVisit({ profiles: [], identities, guard: null });
  switch (task.kind) {
    case "link": {
      const waiting = plannedLinks(task.plan).values();
      await inParallel(task.inFlight, async () => {
        for (const change of waiting) await visit([change]);
      });
      break;
    }
    case "link-for-ever": {
      let next = task.first;
      await inParallel(task.inFlight, async () => {
        for (;;) {
          const number = next++;
          const limits = { declaredPerDevice: 10, devicesPerDeclared: 100 };
          await visit([linkOf(number, `own-${number}`), linkOf(number, "everybody", { limits })]);
          writeSync(1, `${number}\n`);
        }
      });
      break;
    }
    case "take": {
      let admitted = 0;
      let left = task.takes;
      const bucket = { key: deviceKey(1), calls: task.calls, windowSeconds: 60 };
      await inParallel(100, async () => {
        while (left-- > 0) if ((await store.rates.take([bucket], NOON)) === null) admitted++;
      });
      writeSync(1, `${admitted}`);
      break;
    }
    case "opt-out": {
      const key = deviceKey(task.device);
      await visit([{ kind: "opt-out", key, pid: PARTNER, reason: "request", at: NOON }]);
      break;
    }
    case "visit": {
      const guard = { pid: PARTNER, keys: [deviceKey(task.device)] };
      const profiles = [profileChange(task.device)];
      writeSync(1, await store.commitVisit({ profiles, identities: [], guard }));
      break;
    }
  }
  await store.close();
}

async function inParallel(count: number, client: () => Promise<void>): Promise<void> {
  await Promise.all(Array.from({ length: count }, client));
}

/** Every identity that plans may touch. */
export function plannedKeys({ devices, customers }: LinkPlan) {
  return [
    ...Array.from({ length: devices }, (_, place) => deviceKey(1 + place)),
    ...Array.from({ length: customers }, (_, place) => customerKey(`customer-${place}`)),
  ];
}

// What `callerArguments` made.
if (import.meta.main) await carryOut(JSON.parse(process.argv[2] ?? "") as Task);
