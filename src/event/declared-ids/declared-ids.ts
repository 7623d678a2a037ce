// The declared IDs of a call: which of them count, and what is wrong with the others. The front door of
// this room; on a call in order: `readDeclaredIds`, `screenDeclaredIds`, the deny list, `checkDeclaredIds`.

import { type EventErrorCode, eventError } from "@dunlin/contract/errors";
import type { DataSourceDefinition } from "@dunlin/contract/workspace";
import type { AuthState, DeclaredId } from "../../model/identity.ts";
import type { DataSourceId } from "../../model/ids.ts";
import type { ParameterPlace, PlacedError } from "../placed-error.ts";
import type { NamedId } from "./read-declared-ids.ts";
import type { Candidate, ScreenedIds } from "./screen-declared-ids.ts";

/** A declared ID that passed every check. */
export interface AcceptedId extends DeclaredId {
  readonly source: DataSourceDefinition;
  readonly state: AuthState;
  /** As messages show it. */
  readonly shown: string;
  readonly where: ParameterPlace;
}

export interface CheckedIds {
  /** In order of appearance; the same ID twice where it was named twice. */
  readonly ids: readonly AcceptedId[];
  /** Names that the device goes by elsewhere. They choose no device and count in no limit. */
  readonly aliases: readonly DeclaredId[];
  /** In order of detection. */
  readonly errors: readonly PlacedError[];
  /** IDs were given and none is left. Whether that ends the call depends on what kind of call it is. */
  readonly noneLeft: boolean;
}

/** What the checks say of a call without declared IDs: always this very object. */
export const NO_CHECKED_IDS: CheckedIds = { ids: [], aliases: [], errors: [], noneLeft: false };

export const MAX_IDS_PER_CALL = 10;
export const MAX_IDS_PER_SOURCE = 3;
/** Aliases of the device beyond these are left out, without a word. */
export const MAX_ALIASES = 3;

/**
 * Everything that the checks find, ID by ID, then over what is left ("DCS and visitor-ID service",
 * Checks and limits). `denied` answers `screened.questions`; on an opt-out, which is always accepted,
 * it is empty. `hasOtherIdentity`: the call names its device by itself, or its cookie does.
 */
export function checkDeclaredIds(
  screened: ScreenedIds,
  denied: readonly boolean[],
  hasOtherIdentity: boolean,
): CheckedIds {
  if (screened.verdicts.length === 0) return NO_CHECKED_IDS;
  const errors = new ErrorList();
  const passed = passOneByOne(screened, denied, errors);
  const ids = keepPerCall(keepPerSource(passed, errors), errors);

  const aliases = screened.verdicts.flatMap((one) => (one.kind === "alias" ? [one.alias] : []));
  const given = screened.verdicts.filter(isGiven);
  const noneLeft = given.length > 0 && ids.length === 0;
  const isOneDenial = given.length === 1 && errors.placed.some(isDenial);
  // Of a call that is nothing but one denied ID the denial says it all.
  if (noneLeft && (hasOtherIdentity || !isOneDenial)) {
    errors.add(104, null, [], "Send at least one ID that passes every check.");
  }
  return { ids, aliases: aliases.slice(0, MAX_ALIASES), errors: errors.placed, noneLeft };
}

function isGiven({ kind }: ScreenedIds["verdicts"][number]): boolean {
  return kind === "candidate" || kind === "refused";
}

function isDenial({ error }: PlacedError): boolean {
  return error.code === 303 || error.code === 304 || error.code === 306;
}

/** Steps 1 to 5. */
function passOneByOne(
  { verdicts }: ScreenedIds,
  denied: readonly boolean[],
  errors: ErrorList,
): AcceptedId[] {
  const passed: AcceptedId[] = [];
  let hasBrokenFormat = false;
  for (const verdict of verdicts) {
    if (verdict.kind === "refused") {
      const { named, code, hint } = verdict;
      errors.add(code, named, [named.shown], hint);
    }
    if (verdict.kind !== "candidate") continue;
    const { named, candidate } = verdict;
    const { dataSourceId, id, source, brokenFormat } = candidate;
    if (denied[candidate.sourceQuestion] === true) {
      errors.add(304, named, [String(dataSourceId)], "Do without IDs of this data source.");
    } else if (brokenFormat !== null) {
      const hint = `Expected ${brokenFormat.expected}.`;
      if (!hasBrokenFormat) errors.add(312, named, [], hint);
      hasBrokenFormat = true;
      errors.add(300, named, [named.shown], hint);
    } else if (denied[candidate.idQuestion] === true) {
      addDenial(named, candidate, errors);
    } else {
      const { state, shown, where } = named;
      passed.push({ dataSourceId, id, source, state, shown, where });
    }
  }
  return passed;
}

function addDenial(named: NamedId, { id, source }: Candidate, errors: ErrorList): void {
  const isDevice = source.idType === "DEVICE_ADVERTISING_ID";
  const hint = "Do without this ID.";
  if (isDevice) errors.add(306, named, [id], hint);
  else errors.add(303, named, [named.shown], hint);
}

/** Step 6: the first of each data source. */
function keepPerSource(passed: readonly AcceptedId[], errors: ErrorList): AcceptedId[] {
  const counts = new Map<DataSourceId, number>();
  return passed.filter((id) => {
    const count = (counts.get(id.dataSourceId) ?? 0) + 1;
    counts.set(id.dataSourceId, count);
    if (count <= MAX_IDS_PER_SOURCE) return true;
    const hint = `Send at most ${MAX_IDS_PER_SOURCE} IDs of one data source.`;
    errors.add(310, id, [String(id.dataSourceId), id.id], hint);
    return false;
  });
}

/** Step 7: the first of the call. */
function keepPerCall(left: readonly AcceptedId[], errors: ErrorList): readonly AcceptedId[] {
  if (left.length <= MAX_IDS_PER_CALL) return left;
  const hint = `Send at most ${MAX_IDS_PER_CALL} IDs.`;
  errors.add(
    301,
    left[MAX_IDS_PER_CALL] ?? null,
    [String(MAX_IDS_PER_CALL), String(left.length)],
    hint,
  );
  for (const id of left.slice(MAX_IDS_PER_CALL)) errors.add(309, id, [id.shown], hint);
  return left.slice(0, MAX_IDS_PER_CALL);
}

class ErrorList {
  readonly placed: PlacedError[] = [];

  add(
    code: EventErrorCode,
    at: { readonly where: ParameterPlace } | null,
    inputs: readonly string[],
    hint: string,
  ): void {
    this.placed.push({ error: eventError(code, ...inputs), where: at?.where ?? null, hint });
  }
}
