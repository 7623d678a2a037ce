/**
 * One request as it came in, before anything is decoded. The only form in which HTTP enters `event/`.
 * Target, headers and body hold one octet a character.
 */
export interface RawCall {
  readonly method: string;
  /** Path and query as received. */
  readonly target: string;
  /** Names and values in turn, as received; names in any letter case. */
  readonly headers: readonly string[];
  /** Null where the method has none. */
  readonly body: string | null;
  /** The client's address: the peer's, or what a trusted proxy says. */
  readonly address: string;
  /** Whether the client spoke TLS, to us or to a trusted proxy. */
  readonly secure: boolean;
  /** The `Host` header, or what a trusted proxy says in its place; "" when there is none. */
  readonly host: string;
}
