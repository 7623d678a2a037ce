// One call to its handler. Here faults of ours end.

import { refuseUnspecified } from "../../event/answer.ts";
import { handleEvent } from "../../event/handle-event.ts";
import { handleId, handleOptOutStatus } from "../../event/id-service/handle-id.ts";
import { handleSync } from "../../event/id-sync/handle-sync.ts";
import { handleSyncPage } from "../../event/id-sync/handle-sync-page.ts";
import { handleOptOut } from "../../event/opt-out/handle-opt-out.ts";
import type { CallKind } from "../../event/parse/parse.ts";
import type { RawCall } from "../../event/parse/raw-call.ts";
import type { EventReply } from "../../event/reply.ts";
import type { EventWorld } from "../../event/world.ts";
import { assertNever } from "../../model/result.ts";
import type { CallRoute } from "./route.ts";

/**
 * Answers, and tells whoever watches the call. Never rejects: a fault of ours is error 0 with status 200, as
 * every client of the protocol expects.
 */
export async function answerCall(
  world: EventWorld,
  route: CallRoute,
  call: RawCall,
): Promise<EventReply> {
  const watched = world.watch?.(route.kind) ?? null;
  let reply: EventReply;
  try {
    reply = await handle(watched === null ? world : watched.world, route, call);
  } catch (fault) {
    world.reportFault(route.kind, fault);
    reply = refuseUnspecified(world, call, KIND_OF_CALL[route.kind]);
  }
  watched?.ended(reply);
  return reply;
}

function handle(
  world: EventWorld,
  { kind }: CallRoute,
  call: RawCall,
): EventReply | Promise<EventReply> {
  switch (kind) {
    case "event":
      return handleEvent(world, call);
    case "id":
      return handleId(world, call);
    case "opt-out-status":
      return handleOptOutStatus(world, call);
    case "sync":
      return handleSync(world, call);
    case "sync-page":
      return handleSyncPage(world, call);
    case "opt-out":
    case "opt-in":
      return handleOptOut(world, call, kind);
    default:
      return assertNever(kind);
  }
}

/** How a call is read to find out in which form its error is wanted. */
export const KIND_OF_CALL: Readonly<Record<CallRoute["kind"], CallKind>> = {
  event: "event",
  id: "id",
  "opt-out-status": "id",
  sync: "sync",
  "sync-page": "page",
  "opt-out": "opt-out",
  "opt-in": "opt-out",
};
