// Things that are counted where they happen, far from whoever counts: said on channels of Node's, at no
// cost where nobody listens.

import { channel, subscribe } from "node:diagnostics_channel";
import type { Socket } from "node:net";
import { type CacheUse, noCacheUse } from "./cache-use.ts";

/** Node's own: each connection that a server of this process accepts. */
const CONNECTIONS = "net.server.socket";
/** Said by the commit queues of the embedded store. */
const COMMIT_GROUPS = "dunlin.commit-group";

interface AcceptedConnection {
  readonly socket: Socket;
}

/** Calls of visitors, or of limits, that one transaction committed. */
interface CommitGroup {
  readonly file: string;
  readonly commits: number;
  readonly durationMs: number;
}

/** Who counts. */
export interface ChannelCounts {
  connectionOpened(): void;
  connectionClosed(): void;
  groupCommitted(group: CommitGroup): void;
}

/** To be called once a process: it listens for good. */
export function countFromChannels(statistics: ChannelCounts): void {
  subscribe(CONNECTIONS, (message) => {
    // The form that Node documents for this channel.
    const { socket } = message as AcceptedConnection;
    statistics.connectionOpened();
    socket.once("close", () => statistics.connectionClosed());
  });
  subscribe(COMMIT_GROUPS, (message) => {
    // Said by nobody but the commit queue, in this form.
    statistics.groupCommitted(message as CommitGroup);
  });
}

/** Answered by the store that is shared, where there is one. */
const REDIS_PENDING = channel("dunlin.redis-pending");

export interface RedisPending {
  commands: number;
  serversFailing: number;
  /** Values that this process has seen of keys lately. */
  readonly seen: CacheUse;
}

/** What waits for Redis or Valkey servers now, and what need not be asked of them. */
export function askRedisPending(): RedisPending {
  const pending = { commands: 0, serversFailing: 0, seen: noCacheUse() };
  REDIS_PENDING.publish(pending);
  return pending;
}
