// What the visitor ID service says ("DCS and visitor-ID service", `/id`: visitor-ID service). Clients
// differ in what they can bear: absent fields are left out, never null, and nothing here may be called
// `mid`, `id` or `uuid`, which the visitor API would take for the visitor's ID.

import type { EventError } from "@dunlin/contract/errors";
import type { SyncEntry } from "../../delivery/id-syncs.ts";
import type { Mid } from "../../model/ids.ts";

/** Seconds until a client should ask again. */
const ASK_AGAIN_SECONDS = 604_800;
/** Seconds for which a client may rely on what it was told of an opt-out. */
const OPT_OUT_LIFE_SECONDS = 7200;

export interface IdAnswer {
  readonly d_mid?: Mid;
  readonly id_sync_ttl?: number;
  readonly d_blob?: string;
  readonly dcs_region: number;
  readonly d_ottl: number;
  readonly ibs?: readonly SyncEntry[];
  readonly subdomain?: string;
  readonly tid: string;
  readonly d_optout?: readonly ["global"];
  readonly error_msg?: string;
  readonly errors?: readonly EventError[];
}

interface Base {
  readonly region: number;
  readonly transactionId: string;
}

export interface KnownVisitor extends Base {
  readonly mid: Mid;
  readonly blob: string;
  readonly syncs: readonly SyncEntry[];
  readonly subdomain: string;
  readonly errors: readonly EventError[];
}

/** Errors that are no end of the call do not become `error_msg`: the visitor API would send its IDs again. */
export function idAnswer(visitor: KnownVisitor): IdAnswer {
  const { mid, blob, syncs, subdomain, errors } = visitor;
  return {
    d_mid: mid,
    id_sync_ttl: ASK_AGAIN_SECONDS,
    d_blob: blob,
    ...ends(visitor),
    ibs: syncs,
    subdomain,
    ...(errors.length === 0 ? {} : { errors }),
  };
}

export function idRefusal(base: Base, errors: readonly EventError[]): IdAnswer {
  const [first] = errors;
  return { errors, ...(first === undefined ? {} : { error_msg: first.msg }), ...ends(base) };
}

/**
 * A browser opted out of the platform. Without a MID of its own the client makes one and asks no more;
 * the word "NOTARGET" in its place would keep it waiting for ever.
 */
export function idOptedOut(base: Base, mid: Mid | null): IdAnswer {
  return { ...(mid === null ? {} : { d_mid: mid }), ...ends(base), ibs: [], d_optout: ["global"] };
}

/** The read-only question: nothing but the state. */
export function optOutStatus(base: Base, isOptedOut: boolean): IdAnswer {
  return { ...ends(base), ...(isOptedOut ? { d_optout: ["global"] as const } : {}) };
}

function ends({ region, transactionId }: Base) {
  return { dcs_region: region, d_ottl: OPT_OUT_LIFE_SECONDS, tid: transactionId };
}
