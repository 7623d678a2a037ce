// What can be said of a call's declared IDs from their text and the definitions alone: which data
// source each belongs to, and whether the call may use it. What the deny list and the limits say of the
// rest comes after ("DCS and visitor-ID service", Checks and limits).

import type { DataSourceDefinition } from "@dunlin/contract/workspace";
import {
  ANALYTICS_VISITOR_CODE,
  type CatalogSnapshot,
  type PartnerCatalog,
} from "../../catalog/snapshot.ts";
import type { DeclaredId } from "../../model/identity.ts";
import { asDataSourceId, type DataSourceId } from "../../model/ids.ts";
import { assertNever } from "../../model/result.ts";
import type { DeniedKey } from "../../profiles/visitor-store.ts";
import { fitsFormat, type GlobalDeviceFormat, globalDeviceFormat } from "./global-device-ids.ts";
import type { NamedId } from "./read-declared-ids.ts";

/** Whose data sources a call may name; null where the call has no partner. */
export interface SourceScope {
  readonly catalog: CatalogSnapshot;
  readonly partner: PartnerCatalog | null;
}

export interface ScreenedIds {
  /** One for each that was named, in the same order. */
  readonly verdicts: readonly Verdict[];
  /** What must be asked of the deny list before anything more can be said. No key twice. */
  readonly questions: readonly DeniedKey[];
}

export type Verdict =
  | { readonly kind: "candidate"; readonly named: NamedId; readonly candidate: Candidate }
  | { readonly kind: "alias"; readonly alias: DeclaredId }
  | { readonly kind: "ignored" }
  | {
      readonly kind: "refused";
      readonly named: NamedId;
      readonly code: 300 | 302;
      readonly hint: string;
    };

export interface Candidate extends DeclaredId {
  readonly source: DataSourceDefinition;
  /** The format that its data source enforces, where the ID does not have it. */
  readonly brokenFormat: GlobalDeviceFormat | null;
  /** Places in `questions`. */
  readonly sourceQuestion: number;
  readonly idQuestion: number;
}

/** Characters of an ID, decoded. */
export const MAX_ID_CHARACTERS = 1024;
/** Digits of a data source's number; more name none that exists. */
const MAX_SOURCE_DIGITS = 15;
const SOURCE_NUMBER = new RegExp(`^[0-9]{1,${MAX_SOURCE_DIGITS}}$`);
const CONTROL_CHARACTER = /[\u0000-\u001f]/;

/** Steps 1, 2 and 4 of the checks, as far as they need no other ID and no store. */
export function screenDeclaredIds(named: readonly NamedId[], scope: SourceScope): ScreenedIds {
  const questions = new Questions();
  const verdicts = named.map((one) => screen(one, scope, questions));
  return { verdicts, questions: questions.keys };
}

function screen(named: NamedId, scope: SourceScope, questions: Questions): Verdict {
  if (isAlias(named)) return screenAlias(named);
  const { id } = named;
  const refused = (code: 300 | 302, hint: string): Verdict => ({
    kind: "refused",
    named,
    code,
    hint,
  });
  if (named.source === null) return refused(300, HINTS.noSource);
  if (id === null || id.trim() === "") return refused(300, HINTS.noId);
  const source = findSource(named, scope);
  if (source === null) return refused(300, HINTS[named.sourceForm]);
  const idFault = faultOfId(id);
  if (idFault !== null) return refused(300, idFault);
  if (!mayUse(source, scope)) return refused(302, HINTS.foreign);

  const dataSourceId = asDataSourceId(source.dataSourceId);
  const format = globalDeviceFormat(dataSourceId);
  const candidate: Candidate = {
    dataSourceId,
    id,
    source,
    brokenFormat: format === null || fitsFormat(id, format) ? null : format,
    sourceQuestion: questions.ofSource(dataSourceId),
    idQuestion: questions.ofCustomer({ dataSourceId, id }),
  };
  return { kind: "candidate", named, candidate };
}

const HINTS = {
  noSource: "Write the data source, the octet %01 and the ID, in this order.",
  noId: "Put an ID that is not blank behind the data source and the octet %01.",
  number: "Name a data source that exists by its number, in digits only.",
  code: "Name a data source of the partner, or a shared one, by its integration code in its letter case.",
  "shared-code": "Name a shared data source by its integration code in its letter case.",
  tooLong: `Shorten the ID to ${MAX_ID_CHARACTERS} characters.`,
  control: "Leave out the control characters U+0000 to U+001F.",
  foreign: "Name a data source of this partner or a shared one.",
} as const;

function faultOfId(id: string): string | null {
  if (id.length > MAX_ID_CHARACTERS) return HINTS.tooLong;
  return CONTROL_CHARACTER.test(id) ? HINTS.control : null;
}

/** Whichever data source the words mean, whoever owns it. */
function findSource(named: NamedId, scope: SourceScope): DataSourceDefinition | null {
  const id = findSourceId(named.source ?? "", named.sourceForm, scope);
  // Number 0, the platform's own device IDs, stands in files; a call names its device otherwise.
  if (id === undefined || id === 0) return null;
  return scope.partner?.dataSources.get(id) ?? scope.catalog.dataSources.get(id) ?? null;
}

function findSourceId(
  source: string,
  form: NamedId["sourceForm"],
  { catalog, partner }: SourceScope,
): DataSourceId | undefined {
  switch (form) {
    case "number":
      return SOURCE_NUMBER.test(source) ? asDataSourceId(Number(source)) : undefined;
    case "code":
      return (partner?.dataSourcesByCode ?? catalog.sharedDataSourcesByCode).get(source);
    case "shared-code":
      return catalog.sharedDataSourcesByCode.get(source);
    default:
      return assertNever(form);
  }
}

/** Without a partner there is nobody to check against but the data source itself. */
function mayUse(source: DataSourceDefinition, { partner }: SourceScope): boolean {
  return partner === null
    ? source.maySync
    : partner.dataSources.has(asDataSourceId(source.dataSourceId));
}

function isAlias({ sourceForm, source }: NamedId): boolean {
  return sourceForm !== "number" && source === ANALYTICS_VISITOR_CODE;
}

/**
 * The Analytics visitor ID has no data source: it is kept in the platform's own, 0, whose IDs no call
 * can name, behind an octet that no ID of a call can hold. What is wrong with one is nobody's error.
 */
function screenAlias({ id }: NamedId): Verdict {
  if (id === null || id.trim() === "" || faultOfId(id) !== null) return { kind: "ignored" };
  const alias = { dataSourceId: asDataSourceId(0), id: `${ANALYTICS_VISITOR_CODE}\u0001${id}` };
  return { kind: "alias", alias };
}

/** Questions for the deny list under construction. */
class Questions {
  readonly keys: DeniedKey[] = [];
  readonly #places = new Map<number, { place: number; ids: Map<string, number> }>();

  ofSource(dataSourceId: DataSourceId): number {
    return this.#source(dataSourceId).place;
  }

  ofCustomer({ dataSourceId, id }: DeclaredId): number {
    const { ids } = this.#source(dataSourceId);
    let place = ids.get(id);
    if (place === undefined) {
      place = this.keys.push({ kind: "customer", dataSourceId, id }) - 1;
      ids.set(id, place);
    }
    return place;
  }

  #source(dataSourceId: DataSourceId): { place: number; ids: Map<string, number> } {
    let source = this.#places.get(dataSourceId);
    if (source === undefined) {
      const place = this.keys.push({ kind: "dataSource", dataSourceId }) - 1;
      source = { place, ids: new Map() };
      this.#places.set(dataSourceId, source);
    }
    return source;
  }
}
