/** More commands wait for the store than it may keep waiting: the caller should answer without it. */
export class StoreOverloaded extends Error {
  override readonly name = "StoreOverloaded";

  constructor(limit: number) {
    super(`The store is behind: ${limit} commands wait already.`);
  }
}

/** The servers did not answer in time, or not as they should. What was to be stored may be stored or not. */
export class StoreUnavailable extends Error {
  override readonly name = "StoreUnavailable";
}

/** Stored, but on fewer replicas than the store was told to wait for. */
export class TooFewReplicas extends Error {
  override readonly name = "TooFewReplicas";

  constructor(reached: number, wanted: number) {
    super(`Stored, but on ${reached} of ${wanted} replicas.`);
  }
}

export function messageOf(fault: unknown): string {
  return fault instanceof Error ? fault.message : String(fault);
}
