// Inbound ID syncs carry their parameters in the path ("DCS and visitor-ID service", `/ibs`: inbound ID
// sync).

const FIRST_LEG = "/ibs:";
const SECOND_LEG = /^\/demconf\.jpg\?et:ibs(?:%7c|\|)data:/i;

export interface SyncTarget {
  /** The pairs as a query: a first `?` that partners write for `&` is one, later ones are data. */
  readonly query: string;
  /** Everything after the introduction, octet for octet: what the second leg repeats. */
  readonly data: string;
  /** Whether this is the call after a cookie test. */
  readonly isSecondLeg: boolean;
}

export function readSyncTarget(target: string): SyncTarget | null {
  const second = SECOND_LEG.exec(target);
  if (second !== null) return split(target.slice(second[0].length), true);
  return target.startsWith(FIRST_LEG) ? split(target.slice(FIRST_LEG.length), false) : null;
}

function split(data: string, isSecondLeg: boolean): SyncTarget {
  return { query: data.replace("?", "&"), data, isSecondLeg };
}

/** The path of the second leg for a first one's data. */
export function secondLegTarget(data: string): string {
  return `/demconf.jpg?et:ibs%7cdata:${data}`;
}
