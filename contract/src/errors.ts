// Error codes of the collection plane ("DCS and visitor-ID service", Errors): the number, the message
// and whether it ends the call. Each `<…>` in a message is filled by `eventError`.

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
  104: { message: "All customer IDs are invalid", fatal: false },
  109: { message: "Referer <HTTP referer> is not allowed for partner <Partner ID>", fatal: true },
  171: { message: "Encountered opt out tag for id <ID>", fatal: true },
  172: { message: "Blocked cookies", fatal: true },
  198: { message: "Requests from this country are blocked by partner", fatal: true },
  199: { message: "Requests from this country are not allowed", fatal: true },
  200: { message: "Cannot read traits from profile cache for id: <ID>", fatal: false },
  201: {
    message: "Cannot read device ids from profile cache for customer id: <ID>",
    fatal: false,
  },
  202: { message: "Cannot read related customer for device id: <ID>", fatal: false },
  203: { message: "Cannot read device cluster for id: <ID>", fatal: false },
  300: { message: "Invalid customer id <ID>", fatal: false },
  301: {
    message: "Maximum number of customer ids exceeded. Maximum allowed is <N>. Found is <M>.",
    fatal: false,
  },
  302: { message: "Unauthorized customer id <ID>", fatal: false },
  303: { message: "Blocked customer id <ID>", fatal: false },
  304: { message: "Blocked datasource id <ID>", fatal: false },
  306: { message: "Blocked declared device id <ID>", fatal: false },
  307: { message: "Blocked profile operation for <ID>", fatal: true },
  309: {
    message:
      "Customer id <ID> was discarded because it exceeded the limit of declared customer ids per request",
    fatal: false,
  },
  310: {
    message:
      "Customer id was discarded because it exceeded the limit for a given namespace. Namespace id is <ID>, customer id is <ID>.",
    fatal: false,
  },
  311: { message: "Request contains invalid parameters", fatal: true },
  312: { message: "Request contains an invalid Global Device ID", fatal: false },
  313: { message: "CMP ID is not present in GCL", fatal: false },
  314: { message: "CMP ID is marked as deleted in GCL", fatal: false },
  315: { message: "Consent string indicates no consent", fatal: true },
} as const satisfies Record<number, ErrorRow>;

export type EventErrorCode = keyof typeof EVENT_ERRORS;

/** An item of `errors` in an answer. */
export interface EventError {
  readonly code: EventErrorCode;
  readonly msg: string;
}

/** User input inside a message is cut at this many characters. */
const MAX_INPUT_CHARACTERS = 256;

const PLACEHOLDER = /<[^<>]+>/g;

/**
 * The error with its message filled in: `inputs`, what the caller sent, take the places of the
 * placeholders in their order, each cut if it is long. A place without an input stays empty.
 */
export function eventError(code: EventErrorCode, ...inputs: readonly string[]): EventError {
  let used = 0;
  const fill = (): string => cut(inputs[used++] ?? "");
  return { code, msg: EVENT_ERRORS[code].message.replace(PLACEHOLDER, fill) };
}

/** A cut may halve a surrogate pair, and a JSON reader may refuse half a pair. */
function cut(input: string): string {
  if (input.length <= MAX_INPUT_CHARACTERS) return input;
  return input.slice(0, MAX_INPUT_CHARACTERS).toWellFormed();
}
