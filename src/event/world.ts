// What a call needs from outside: time, chance, definitions and the store. Everything else in `event/`
// is a function of its arguments.

import type { CatalogSnapshot } from "../catalog/snapshot.ts";
import type { DeviceId } from "../model/ids.ts";
import type { VisitorStore } from "../profiles/visitor-store.ts";
import type { PlatformSources } from "./platform-signals.ts";
import type { EventReply } from "./reply.ts";

/** Where calls come from and on which devices is found out by what `PlatformSources` names. */
export interface EventWorld extends PlatformSources {
  /** The platform's domain, in lower case: `<D>` of the protocol. */
  readonly domain: string;
  readonly region: number;
  /** The definitions in force now. A call asks once and keeps what it got. */
  catalog(): CatalogSnapshot;
  /** Milliseconds since the epoch. */
  now(): number;
  newDeviceId(): DeviceId;
  /** 12 characters: standard base64 of 8 random bytes. */
  newTransactionId(): string;
  /** A number in [0, 1). */
  random(): number;
  /** The opaque value that clients of the visitor-ID service hand back. */
  newBlob(): string;
  readonly store: VisitorStore;
  /** Told of each fault of ours that a call survived. Must not throw, nor log what the caller sent. */
  reportFault(step: string, error: unknown): void;
  /** Told how many destinations an answer left out because of their caps. Must not throw. */
  readonly heldBack?: (count: number) => void;
  /** Told of a phase that begins, and by what it gives of its end; only of calls that are watched. */
  readonly beginPhase?: (phase: "parse" | "realize" | "qualify") => () => void;
  /** Told of the keys that calls carry. Must not throw. */
  readonly keyWatch?: KeyWatch;
  /** Asked before each call; null where nobody wants to watch this one. */
  readonly watch?: (endpoint: string) => WatchedCall | null;
}

/** Who wants to know which keys calls carry. */
export interface KeyWatch {
  /** Asked once for each call of a partner. */
  looksAt(pid: number): boolean;
  /** Of a call that is looked at; each key once. */
  saw(pid: number, key: string, isAsked: boolean): void;
}

/** A call that somebody watches. */
export interface WatchedCall {
  /** The one to make the call in. */
  readonly world: EventWorld;
  /** Told of its answer. Must not throw. */
  ended(reply: EventReply): void;
}
