// Limits of a connection. Each answers one way in which a client could hold or fill a worker.

export interface WireLimits {
  /** Octets of a request's line and headers; beyond it 414 or 431. Above the protocol's own limit, so that ours is the one that answers. */
  readonly headBytes: number;
  readonly headers: number;
  /** Octets of a body after which reading stops and the connection is closed with the answer. */
  readonly bodyBytes: number;
  /** Requests of one connection that may wait for their answers; further ones stay unread. */
  readonly inFlight: number;
  /** How long a client may take to send its headers, and all of its request. */
  readonly headSeconds: number;
  readonly requestSeconds: number;
  /** How long an idle connection is kept: longer than the usual proxy in front keeps its own. */
  readonly idleSeconds: number;
  /** How long a client may leave an answer unread. */
  readonly unreadSeconds: number;
  /** How long a client may go on sending what is no longer read, so that it sees the answer before the end. */
  readonly lingerSeconds: number;
  /** How long a drained server waits for calls under way before it cuts their connections. */
  readonly drainSeconds: number;
}

export const WIRE_LIMITS: WireLimits = {
  headBytes: 65_536,
  headers: 200,
  bodyBytes: 65_536,
  inFlight: 16,
  headSeconds: 10,
  requestSeconds: 30,
  idleSeconds: 65,
  unreadSeconds: 30,
  lingerSeconds: 2,
  drainSeconds: 5,
};
