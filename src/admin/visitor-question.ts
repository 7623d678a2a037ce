// Whom a question of the management plane is about: one of three ways to name a visitor.

import type { CatalogSnapshot, PartnerCatalog } from "../catalog/snapshot.ts";
import type { IdentityKey } from "../model/identity.ts";
import { declaredIdentity, deviceIdentity } from "../model/identity-key.ts";
import { asDataSourceId, asPartnerId, parseDeviceId, parseMid } from "../model/ids.ts";
import { err, ok, type Result } from "../model/result.ts";

/** Whom a question is about, as the asker wrote it. */
export interface VisitorQuestion {
  readonly pid: string;
  readonly uuid?: string;
  readonly mid?: string;
  readonly dataSourceId?: string;
  readonly id?: string;
}

export type VisitorFault =
  | { readonly kind: "unknown-partner" }
  /** `at`: the parameter that is wrong. */
  | { readonly kind: "bad-question"; readonly at: string; readonly message: string };

const MAX_ID_CHARACTERS = 1024;

/** Null for an unknown one, or what is no ID. */
export function findPartner(catalog: CatalogSnapshot, pid: string): PartnerCatalog | null {
  if (!/^[1-9][0-9]{0,14}$/.test(pid)) return null;
  return catalog.partnersById.get(asPartnerId(Number(pid))) ?? null;
}

/** Exactly one of the three ways to name a visitor. */
export function readQuestion(
  partner: PartnerCatalog,
  question: VisitorQuestion,
): Result<IdentityKey, VisitorFault> {
  const { uuid, mid, dataSourceId, id } = question;
  const isDeclared = dataSourceId !== undefined || id !== undefined;
  const ways = [uuid !== undefined, mid !== undefined, isDeclared].filter(Boolean).length;
  if (ways !== 1) {
    return bad("", "Expected one way to name the visitor: uuid, or mid, or dataSourceId with id.");
  }
  if (uuid !== undefined) {
    const device = parseDeviceId(uuid);
    return device === null ? bad("/uuid", EXPECTED_ID) : ok(deviceIdentity(device));
  }
  if (mid !== undefined) {
    const parsed = parseMid(mid);
    if (parsed === null) return bad("/mid", EXPECTED_ID);
    return ok(deviceIdentity(partner.ids.deviceOf(parsed)));
  }
  return readDeclaredId(partner, dataSourceId, id);
}

const EXPECTED_ID = "Expected 38 decimal digits: two halves of 19, each below 2^63, not both zero.";

function readDeclaredId(
  partner: PartnerCatalog,
  dataSourceId: string | undefined,
  id: string | undefined,
): Result<IdentityKey, VisitorFault> {
  if (dataSourceId === undefined || !/^[0-9]{1,15}$/.test(dataSourceId)) {
    return bad("/dataSourceId", "Expected the ID of a data source, beside id.");
  }
  if (id === undefined || id === "" || id.length > MAX_ID_CHARACTERS) {
    return bad("/id", `Expected an ID of 1 to ${MAX_ID_CHARACTERS} characters.`);
  }
  const source = asDataSourceId(Number(dataSourceId));
  if (!partner.dataSources.has(source)) {
    return bad("/dataSourceId", `Partner ${partner.pid} has no data source ${source}.`);
  }
  return ok(declaredIdentity({ dataSourceId: source, id }));
}

/** A fault of the question. */
export function bad(at: string, message: string): Result<never, VisitorFault> {
  return err({ kind: "bad-question", at, message });
}
