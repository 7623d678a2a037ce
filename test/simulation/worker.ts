// A worker as a call sees it: its clock, its definitions, and a store whose every operation waits its turn.

import type { EventReply } from "../../src/event/reply.ts";
import { answerCall } from "../../src/http/collection/answer-call.ts";
import { newDeviceId } from "../../src/identity/new-device-id.ts";
import type { VisitorStore } from "../../src/profiles/visitor-store.ts";
import { buildWorld } from "../support/event-world.ts";
import type { Random } from "../support/random.ts";
import type { Definitions } from "./definitions.ts";
import { rawCallOf } from "./planned-call.ts";
import { SteppedStore, StoreFault } from "./stepped-store.ts";
import type { Step } from "./steps.ts";
import type { WatchedCall } from "./watched-call.ts";

export interface Worker {
  readonly number: number;
  definitions: Definitions;
  /** How far its clock is off. */
  skewMs: number;
}

export interface Surroundings {
  readonly worker: Worker;
  readonly store: VisitorStore;
  /** Where new IDs come from. */
  readonly ids: Random;
  add(step: Step): void;
}

const WORLD = buildWorld({});

export function beginCall(
  call: WatchedCall,
  { worker, store, ids, add }: Surroundings,
): Promise<EventReply> {
  const bytes = (count: number): Uint8Array =>
    Uint8Array.from({ length: count }, () => ids.below(256));
  const world = {
    ...WORLD,
    // It may be another a moment later.
    catalog: () => worker.definitions.snapshot,
    now: () => call.now,
    newDeviceId: () => {
      const device = newDeviceId(bytes);
      call.newDevice = device;
      return device;
    },
    newTransactionId: () => Buffer.from(bytes(8)).toString("base64"),
    random: () => ids.next(),
    store: new SteppedStore(store, call, add),
    reportFault: (step: string, fault: unknown) => {
      if (!(fault instanceof StoreFault)) call.reportCrash(step, fault);
    },
  };
  return answerCall(world, { kind: call.planned.kind }, rawCallOf(call.planned));
}
