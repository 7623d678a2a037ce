import type { EventError } from "@dunlin/contract/errors";
import { HINTS } from "./strict/hints.ts";

/**
 * An error and where it lies. An answer says only the error; the strict mode also says the place and
 * the hint, to callers whose partner allows it.
 */
export interface PlacedError {
  readonly error: EventError;
  /** Null where no single parameter is at fault. */
  readonly where: ParameterPlace | null;
  /** What would have been right, in one sentence that repeats nothing the caller sent. */
  readonly hint: string;
}

export interface ParameterPlace {
  /** The name as it was decoded. */
  readonly parameter: string;
  /** Which of the call's parameters it is, from 0, query before body. */
  readonly index: number;
}

/** An error of the whole call rather than of one parameter. */
export function unplaced(error: EventError): PlacedError {
  return { error, where: null, hint: HINTS[error.code] };
}

export function plainErrors(placed: readonly PlacedError[]): readonly EventError[] {
  return placed.map(({ error }) => error);
}
