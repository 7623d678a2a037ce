// May this call be collected at all, as far as the visitor's consent goes ("DCS and visitor-ID service",
// IAB TCF)?

import { type EventError, eventError } from "@dunlin/contract/errors";
import type { Settings } from "@dunlin/contract/workspace";
import type { ControlParameters } from "../parse/control.ts";
import { readTcString, type TcString } from "./tc-string.ts";

export type ConsentVerdict = Consented | Refused;

export interface Consented {
  readonly kind: "consented";
  /** What macros say of it: after a warning as if nothing had been sent. */
  readonly gdpr: "0" | "1";
  readonly gdprConsent: string;
  /** Absent where no string was read. */
  readonly vendorConsent?: (vendorId: number) => boolean;
  readonly warnings: readonly EventError[];
}

export interface Refused {
  readonly kind: "refused";
  readonly errors: readonly EventError[];
  /** Whether the visitor said no, which opts the IDs of the call out; a string that is missing or broken says nothing. */
  readonly optsOut: boolean;
}

/** Storing and reading on the device, and using it to learn of audiences. */
const NEEDED_PURPOSES = [1, 10];

const NOTHING: readonly EventError[] = [];
const DOES_NOT_APPLY: Consented = {
  ...{ kind: "consented", gdpr: "0", gdprConsent: "", warnings: NOTHING },
};

/** `applies`: whether consent is asked for on this call, by the partner's setting or the platform's. */
export function judgeConsent(
  { gdpr, gdprConsent }: Pick<ControlParameters, "gdpr" | "gdprConsent">,
  tcf: Settings["tcf"],
  applies: boolean,
): ConsentVerdict {
  if (gdpr === "0") return DOES_NOT_APPLY;
  if (!applies || tcf.vendorId === null) {
    return { kind: "consented", gdpr, gdprConsent, warnings: NOTHING };
  }
  const text = readTcString(gdprConsent);
  if (text === null) return refused(false);
  const warning = cmpWarning(text, tcf.cmps);
  if (warning !== null) return { ...DOES_NOT_APPLY, warnings: [warning] };
  if (!isComplete(text, tcf.vendorId)) return refused(true);
  const vendorConsent = (vendorId: number) => text.vendorConsent(vendorId);
  return { kind: "consented", gdpr, gdprConsent, vendorConsent, warnings: NOTHING };
}

function refused(optsOut: boolean): Refused {
  return { kind: "refused", errors: [eventError(315)], optsOut };
}

function cmpWarning({ cmpId }: TcString, cmps: Settings["tcf"]["cmps"]): EventError | null {
  if (cmps === null) return null;
  if (cmps.deleted.includes(cmpId)) return eventError(314);
  return cmps.known.includes(cmpId) ? null : eventError(313);
}

function isComplete(text: TcString, vendorId: number): boolean {
  return (
    text.vendorConsent(vendorId) && NEEDED_PURPOSES.every((purpose) => text.purposeConsent(purpose))
  );
}
