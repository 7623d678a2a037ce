// Error codes of the collection plane ("DCS and visitor-ID service", Errors): the number, the message
// and whether it ends the call. `<…>` in a message is filled by `errorMessage`.

interface ErrorRow {
  readonly message: string;
  /** Fatal: the answer holds the errors, the region and the transaction ID, and nothing is stored. */
  readonly fatal: boolean;
}

export const EVENT_ERRORS = {
  0: { message: "Unspecified error", fatal: true },
  1: { message: "Could not find config for hostname: <ID>", fatal: true },
  2: {
    message: "Invalid d_orgid value (could not find a config for this org id): <ID>",
    fatal: true,
  },
  10: { message: "Unable to evaluate traits", fatal: false },
  100: { message: "Could not retrieve host name for the request", fatal: true },
  101: { message: "Invalid Experience Cloud id passed in <ID>", fatal: true },
  102: { message: "Invalid AAM ID passed in request <ID>", fatal: true },
  171: { message: "Encountered opt out tag for id <ID>", fatal: true },
  172: { message: "Blocked cookies", fatal: true },
  200: { message: "Cannot read traits from profile cache for id: <ID>", fatal: false },
  311: { message: "Request contains invalid parameters", fatal: true },
} as const satisfies Record<number, ErrorRow>;

export type EventErrorCode = keyof typeof EVENT_ERRORS;

/** An item of `errors` in an answer. */
export interface EventError {
  readonly code: EventErrorCode;
  readonly msg: string;
}

/** User input inside a message is cut at this many characters. */
const MAX_INPUT_CHARACTERS = 256;

/** The error with its message filled in; `input` is what the caller sent, cut if it is long. */
export function eventError(code: EventErrorCode, input = ""): EventError {
  return {
    code,
    msg: EVENT_ERRORS[code].message.replace("<ID>", () => input.slice(0, MAX_INPUT_CHARACTERS)),
  };
}
