import type { EVENT_ERRORS, EventErrorCode } from "@dunlin/contract/errors";

type FatalCode = {
  [Code in EventErrorCode]: (typeof EVENT_ERRORS)[Code]["fatal"] extends true ? Code : never;
}[EventErrorCode];

/** Why a call that ended early was refused, in a word. */
const REASONS: Readonly<Record<FatalCode, string>> = {
  0: "fault",
  1: "no-partner",
  2: "no-partner",
  100: "no-host",
  101: "faulty-id",
  102: "faulty-id",
  109: "referer",
  171: "opt-out",
  172: "no-cookies",
  198: "country",
  199: "country",
  307: "rate",
  311: "faulty-request",
  315: "consent",
};

/** Null for codes with which a call goes on. */
export function refusalReason(code: number): string | null {
  return code in REASONS ? (REASONS[code as FatalCode] ?? null) : null;
}
