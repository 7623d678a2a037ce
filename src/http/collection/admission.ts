// Calls that a worker takes on at once. One too many is answered without any work, so that those that were
// taken on are still answered in time.

import { refuseUnspecified } from "../../event/answer.ts";
import type { RawCall } from "../../event/parse/raw-call.ts";
import type { EventReply } from "../../event/reply.ts";
import type { EventWorld } from "../../event/world.ts";
import { KIND_OF_CALL } from "./answer-call.ts";
import type { CallRoute } from "./route.ts";

/** Calls under way in one worker: many times what it answers in the time that a commit takes. */
export const MAX_CALLS_UNDER_WAY = 8_192;
/** When a caller may try again. */
const RETRY_AFTER_SECONDS = 1;

/** Counts calls in and out. */
export class Admission {
  readonly #limit: number;
  #underWay = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Calls that have no answer yet. */
  get underWay(): number {
    return this.#underWay;
  }

  /** Whether there is room for one call more. One that is let in must leave. */
  enter(): boolean {
    if (this.#underWay >= this.#limit) return false;
    this.#underWay++;
    return true;
  }

  leave(): void {
    this.#underWay--;
  }
}

/** The answer to a call that was not let in. Nothing is stored. Browsers hang on any status but 200; servers may want to hear of it from HTTP. */
export function refuseOverload(world: EventWorld, { kind }: CallRoute, call: RawCall): EventReply {
  const { settings, revision } = world.catalog();
  if (settings.overload === "soft") return refuseUnspecified(world, call, KIND_OF_CALL[kind]);
  return {
    status: 503,
    form: "empty",
    body: "",
    transactionId: world.newTransactionId(),
    errors: [],
    cookies: [],
    revision,
    retryAfterSeconds: RETRY_AFTER_SECONDS,
  };
}
