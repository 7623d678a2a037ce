// The declared IDs that a call names, as they are spelt on the wire ("DCS and visitor-ID service",
// Declared IDs, Syntax). Nothing is judged here: what is missing is null, and the checks say so.

import type { AuthState } from "../../model/identity.ts";
import type { Parameters } from "../parse/parameters.ts";
import type { ParameterPlace } from "../placed-error.ts";

/** An ID that a call names, as it came. */
export interface NamedId {
  /** How the data source is named: by number, or by integration code, the partner's or a shared one. */
  readonly sourceForm: "number" | "code" | "shared-code";
  /** Null where it is missing. */
  readonly source: string | null;
  /** Null where it, or the separator before it, is missing. */
  readonly id: string | null;
  readonly state: AuthState;
  /** As error messages show it: as it came, without the state, the separator spelt out. */
  readonly shown: string;
  readonly where: ParameterPlace;
}

/**
 * Whether naming an ID can be a login. A sync or an opt-out is none, so that every ID counts as of
 * unknown state there.
 */
export type LoginUse = "logins" | "no-logins";

/** What a call without declared IDs names: always this very list. */
export const NO_NAMED_IDS: readonly NamedId[] = [];

const SEPARATOR = "\u0001";
const SEPARATOR_SHOWN = "%01";

/** Data source, ID and state; whatever comes after is dropped. */
const COMPONENTS = 3;

/** The IDs of a call in order of appearance. */
export function readDeclaredIds(parameters: Parameters, use: LoginUse): readonly NamedId[] {
  let named: NamedId[] | null = null;
  let sourceAt = -1;
  let idAt = -1;
  const { names } = parameters;
  for (const index of parameters.steering) {
    switch (names[index]) {
      case "d_cid":
      case "d_cid_ic":
      case "d_cid_ns":
        (named ??= []).push(readOne(parameters, index, use));
        break;
      case "d_dpid":
      case "dpid":
        if (sourceAt === -1) sourceAt = index;
        break;
      case "d_dpuuid":
      case "dpuuid":
        if (idAt === -1) idAt = index;
        break;
    }
  }
  if (sourceAt === -1 && idAt === -1) return named ?? NO_NAMED_IDS;
  const pair = readPair(parameters, sourceAt, idAt, use);
  if (named === null) return [pair];
  const later = named.findIndex(({ where }) => where.index > pair.where.index);
  return named.toSpliced(later === -1 ? named.length : later, 0, pair);
}

const SOURCE_FORMS: Readonly<Record<string, NamedId["sourceForm"]>> = {
  d_cid: "number",
  d_cid_ic: "code",
  d_cid_ns: "shared-code",
};

function readOne(parameters: Parameters, index: number, use: LoginUse): NamedId {
  const parameter = parameters.names[index] ?? "";
  const value = parameters.valueAt(index);
  const [source = "", id, state] = value.split(SEPARATOR, COMPONENTS);
  return {
    sourceForm: SOURCE_FORMS[parameter] ?? "number",
    source: source || null,
    id: id || null,
    state: use === "logins" ? readState(state) : 0,
    shown: id === undefined ? value : `${source}${SEPARATOR_SHOWN}${id}`,
    where: { parameter, index },
  };
}

/** Anything but the two states that have a number of their own is unknown, and no error. */
function readState(text: string | undefined): AuthState {
  return text === "1" ? 1 : text === "2" ? 2 : 0;
}

/**
 * The deprecated pair, in either spelling: one a call, standing where its first half stands. Callers
 * of its time sent it for people who had logged in, and had no way to say otherwise.
 */
function readPair(parameters: Parameters, sourceAt: number, idAt: number, use: LoginUse): NamedId {
  const at = sourceAt === -1 || (idAt !== -1 && idAt < sourceAt) ? idAt : sourceAt;
  const source = sourceAt === -1 ? "" : parameters.valueAt(sourceAt);
  const id = idAt === -1 ? "" : parameters.valueAt(idAt);
  return {
    sourceForm: "number",
    source: source || null,
    id: id || null,
    state: use === "logins" ? 1 : 0,
    shown: `${source}${SEPARATOR_SHOWN}${id}`,
    where: { parameter: parameters.names[at] ?? "", index: at },
  };
}
