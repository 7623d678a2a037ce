// The signals of a call: its parameters, its headers, what the platform finds out of it, and what the
// partner derives from all these.
//
// Only keys that some rule or derived signal names are collected: a call may carry thousands of others,
// and their values need not even be decoded. Private (`p_`) values are signals like any other here;
// nothing downstream of the rules ever sees a value.

import type { PartnerCatalog } from "../catalog/snapshot.ts";
import { fold, type Signals } from "../model/signal.ts";
import { visibleAddress } from "./address.ts";
import type { EventCall } from "./parse.ts";
import { utf8Decode } from "./percent.ts";
import {
  findPlatformSignals,
  type PlatformSignals,
  type PlatformSources,
} from "./platform-signals.ts";

/** Characters of a key. */
const MAX_KEY_CHARACTERS = 255;
/** Rows of key and value that a call may have; what comes after is dropped. */
export const MAX_SIGNAL_ROWS = 10_000;

/** Parameters that steer a call and are never signals ("Audience model", Prefixes and platform keys). */
const CONTROL_KEYS: ReadonlySet<string> = new Set(
  (
    "d_uuid d_mid d_orgid d_blob dcs_region d_cid d_cid_ic d_cid_ns d_dpid d_dpuuid dpid dpuuid " +
    "d_rtbd d_cb d_dst d_stuff d_jsonv d_cts d_strict d_tdpid d_tdpid_ic d_sid d_px d_unsid d_nsid " +
    "d_ver d_rd d_ld d_coppa gdpr gdpr_consent"
  ).split(" "),
);

/** Headers that are credentials or say more of the visitor than the visitor's own address does. */
const HIDDEN_HEADER =
  /^(?:cookie|authorization|proxy-authorization|forwarded|x-forwarded-.*|host)$/;

/** Letters, digits, `-`, `_` and `.`, at least one letter. */
const SIGNAL_KEY = /^(?=[^A-Za-z]*[A-Za-z])[A-Za-z0-9._-]+$/;

export function collectSignals(
  call: EventCall,
  partner: PartnerCatalog,
  sources: PlatformSources,
): Signals {
  const rows = new SignalRows(partner);
  const platform = findPlatformSignals(call, partner, sources);
  // First, lest a call with very many values push them out.
  for (const [key, values] of platform) {
    for (const value of values) rows.addText(key, value, false);
  }
  const fromParameters = addParameters(rows, call, platform);
  addHeaders(rows, call, fromParameters);
  if (!fromParameters.has("h_ip") && rows.isWanted("h_ip")) {
    const { ipObfuscation } = partner.definition;
    rows.addText("h_ip", visibleAddress(call.raw.address, ipObfuscation, sources.geo), false);
  }
  rows.addDerived();
  return rows;
}

/** Gives the `h_` keys among the parameters: they replace the headers of that name. */
function addParameters(
  rows: SignalRows,
  call: EventCall,
  platform: PlatformSignals,
): ReadonlySet<string> {
  const headerKeys = new Set<string>();
  const { parameters } = call;
  for (let i = 0; i < parameters.count; i++) {
    const name = parameters.names[i] ?? "";
    const isHeader = name.startsWith("h_") || name.startsWith("H_");
    const key = isHeader ? name.toLowerCase() : rows.foldText(name);
    if (!rows.isWanted(key) || CONTROL_KEYS.has(key)) continue;
    // What the platform knows better than the client counts in its place.
    if (platform.has(key)) continue;
    if (name.length > MAX_KEY_CHARACTERS || !SIGNAL_KEY.test(name)) continue;
    if (isHeader) headerKeys.add(key);
    rows.addText(key, parameters.valueAt(i), !isHeader);
  }
  return headerKeys;
}

function addHeaders(rows: SignalRows, call: EventCall, replaced: ReadonlySet<string>): void {
  const { headers, host } = call.raw;
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const name = headers[i]?.toLowerCase() ?? "";
    const key = `h_${name}`;
    if (HIDDEN_HEADER.test(name) || replaced.has(key) || !rows.isWanted(key)) continue;
    rows.addText(key, utf8Decode(headers[i + 1] ?? ""), false);
  }
  if (!replaced.has("h_host") && rows.isWanted("h_host")) rows.addText("h_host", host, false);
}

/** Rows under construction; what an index walks in the end. */
class SignalRows implements Signals {
  readonly keys: string[] = [];
  readonly values: string[] = [];
  readonly folded: string[] = [];
  readonly partner: PartnerCatalog;
  readonly #foldsCase: boolean;

  constructor(partner: PartnerCatalog) {
    this.partner = partner;
    this.#foldsCase = !partner.definition.caseSensitiveTraits;
  }

  foldText(text: string): string {
    return this.#foldsCase ? fold(text) : text;
  }

  isWanted(key: string): boolean {
    return this.partner.traitIndex.usesKey(key) || this.partner.derivedSignals.has(key);
  }

  /** Adds the value or values that a text spells ("Audience model", From wire to signals). */
  addText(key: string, text: string, mayHoldSeveral: boolean): void {
    const whole = text.trim();
    if (mayHoldSeveral && whole.includes(",") && !isWhollyQuoted(whole)) {
      for (const piece of whole.split(",", MAX_SIGNAL_ROWS)) this.#addValue(key, piece.trim());
      this.#addRow(key, whole);
    } else {
      this.#addValue(key, whole);
    }
  }

  /** One pass: what is derived derives nothing further. */
  addDerived(): void {
    const { derivedSignals, traitIndex } = this.partner;
    if (derivedSignals.size === 0) return;
    const sent = this.keys.length;
    const added = new Set<object>();
    for (let i = 0; i < sent; i++) {
      const byValue = derivedSignals.get(this.keys[i] ?? "");
      for (const target of byValue?.get(this.folded[i] ?? "") ?? []) {
        if (added.has(target) || !traitIndex.usesKey(target.key)) continue;
        added.add(target);
        this.#addRow(target.key, target.value);
      }
    }
  }

  #addValue(key: string, value: string): void {
    this.#addRow(key, isWhollyQuoted(value) ? value.slice(1, -1) : value);
  }

  #addRow(key: string, value: string): void {
    if (this.keys.length >= MAX_SIGNAL_ROWS) return;
    this.keys.push(key);
    this.values.push(value);
    this.folded.push(this.foldText(value));
  }
}

/** A double quote at both ends and none between. */
function isWhollyQuoted(text: string): boolean {
  return text.length >= 2 && text.startsWith('"') && text.indexOf('"', 1) === text.length - 1;
}
