// The signals of a call: its parameters, its headers, what the platform finds out of it, and what the
// partner derives from all these.
//
// Only keys that some rule or derived signal names are collected: a call may carry thousands of others,
// and their values need not even be decoded. Private (`p_`) values are signals like any other here;
// nothing downstream of the rules ever sees a value.

import type { PartnerCatalog } from "../catalog/snapshot.ts";
import { fold, type Signals } from "../model/signal.ts";
import { NO_KEY } from "../rules/trait-index/trait-index.ts";
import { visibleAddress } from "./address.ts";
import type { EventCall } from "./parse/parse.ts";
import { utf8Decode } from "./percent.ts";
import {
  findPlatformSignals,
  type PlatformSignals,
  type PlatformSources,
} from "./platform-signals.ts";
import { isWanted, wantedKeys } from "./wanted-keys.ts";

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

/** What control keys begin with. Other keys, which are most, are not even hashed. */
const CONTROL_INITIALS = new Set([...CONTROL_KEYS].map((key) => key.charCodeAt(0)));

function isControlKey(key: string): boolean {
  return CONTROL_INITIALS.has(key.charCodeAt(0)) && CONTROL_KEYS.has(key);
}

/** Headers that are credentials or say more of the visitor than the visitor's own address does. */
const HIDDEN_HEADER =
  /^(?:cookie|authorization|proxy-authorization|forwarded|x-forwarded-.*|host)$/;

export function collectSignals(
  call: EventCall,
  partner: PartnerCatalog,
  sources: PlatformSources,
): Signals {
  const wanted = wantedKeys(partner);
  const rows = new SignalRows(partner);
  const platform = findPlatformSignals(call, partner, sources);
  // First, lest a call with very many values push them out.
  if (platform.size > 0) {
    for (const [key, values] of platform) {
      for (const value of values) rows.addOwn(key, value);
    }
  }
  const fromParameters = addParameters(rows, call, platform);
  if (wanted.headers.size > 0) addHeaders(rows, call, wanted.headers, fromParameters);
  if (wanted.address && !fromParameters.has("h_ip")) {
    const { ipObfuscation } = partner.definition;
    rows.addOwn("h_ip", visibleAddress(call.raw.address, ipObfuscation, sources.geo));
  }
  rows.addDerived();
  return rows;
}

const NO_KEYS: ReadonlySet<string> = new Set();

/** Gives the `h_` keys among the parameters: they replace the headers of that name. */
function addParameters(
  rows: SignalRows,
  call: EventCall,
  platform: PlatformSignals,
): ReadonlySet<string> {
  let headerKeys: Set<string> | null = null;
  const { parameters } = call;
  const { traitIndex, derivedSignals } = rows.partner;
  for (let i = 0; i < parameters.count; i++) {
    const name = parameters.names[i] ?? "";
    const isHeader = name.startsWith("h_") || name.startsWith("H_");
    const key = keyOf(name, isHeader, rows, parameters.hasPlainName(i));
    const number = traitIndex.keyNumber(key);
    if (number === NO_KEY && !(derivedSignals.size > 0 && derivedSignals.has(key))) continue;
    if (!isSignalKey(name) || isControlKey(key)) continue;
    // What the platform knows better than the client counts in its place.
    if (platform.size > 0 && platform.has(key)) continue;
    if (isHeader) (headerKeys ??= new Set()).add(key);
    rows.beginKey(key, number);
    if (parameters.hasPlainValue(i)) rows.addPlain(parameters.valueAt(i));
    else rows.addText(parameters.valueAt(i), !isHeader);
  }
  return headerKeys ?? NO_KEYS;
}

/** Names of headers fold for everybody. */
function keyOf(name: string, isHeader: boolean, rows: SignalRows, isPlain: boolean): string {
  if (isPlain) return name;
  return isHeader ? name.toLowerCase() : rows.foldText(name);
}

/** Parameters of one call whose names are looked at. */
const MAX_VISITED_KEYS = 500;

/**
 * The keys of a call that are or could be signals, each once, folded as the partner folds, and whether a rule asks for
 * it. Private ones are passed over.
 */
export function visitKeys(
  { parameters, raw }: Pick<EventCall, "parameters" | "raw">,
  partner: PartnerCatalog,
  visit: (key: string, isAsked: boolean) => void,
): void {
  const rows = new SignalRows(partner);
  const keys = new Set<string>();
  const count = Math.min(parameters.count, MAX_VISITED_KEYS);
  for (let i = 0; i < count; i++) {
    const name = parameters.names[i] ?? "";
    if (!isSignalKey(name) || /^p_/i.test(name)) continue;
    const key = keyOf(name, /^h_/i.test(name), rows, parameters.hasPlainName(i));
    if (!isControlKey(key)) keys.add(key);
  }
  for (let i = 0; i + 1 < raw.headers.length; i += 2) {
    const name = raw.headers[i]?.toLowerCase() ?? "";
    if (!HIDDEN_HEADER.test(name) && isSignalKey(name)) keys.add(`h_${name}`);
  }
  for (const key of keys) visit(key, isWanted(partner, key));
}

const LETTER = 1;
const OTHER_SIGN = 2;
/** What a key may consist of: letters, digits, `-`, `_` and `.`. */
const SIGNS_OF_KEYS = new Uint8Array(128);
for (const sign of "0123456789-_.") SIGNS_OF_KEYS[sign.charCodeAt(0)] = OTHER_SIGN;
for (const letter of "abcdefghijklmnopqrstuvwxyz") {
  SIGNS_OF_KEYS[letter.charCodeAt(0)] = LETTER;
  SIGNS_OF_KEYS[letter.toUpperCase().charCodeAt(0)] = LETTER;
}

/** Whether a name may be a signal's key: of such signs alone, with a letter at least, and not too long. */
function isSignalKey(name: string): boolean {
  if (name.length > MAX_KEY_CHARACTERS) return false;
  let signs = 0;
  for (let i = 0; i < name.length; i++) {
    const sign = SIGNS_OF_KEYS[name.charCodeAt(i)] ?? 0;
    if (sign === 0) return false;
    signs |= sign;
  }
  return (signs & LETTER) !== 0;
}

function addHeaders(
  rows: SignalRows,
  call: EventCall,
  wanted: ReadonlySet<string>,
  replaced: ReadonlySet<string>,
): void {
  const { headers, host } = call.raw;
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const name = headers[i]?.toLowerCase() ?? "";
    if (!wanted.has(name) || HIDDEN_HEADER.test(name)) continue;
    const key = `h_${name}`;
    if (!replaced.has(key)) rows.addOwn(key, utf8Decode(headers[i + 1] ?? ""));
  }
  if (wanted.has("host") && !replaced.has("h_host")) rows.addOwn("h_host", host);
}

/** Rows under construction; what an index walks in the end. */
class SignalRows implements Signals {
  readonly keys: string[] = [];
  readonly keyNumbers: number[] = [];
  readonly values: string[] = [];
  readonly folded: string[] = [];
  readonly partner: PartnerCatalog;
  readonly #foldsCase: boolean;
  /** Whose values are added, and its number in the trait index. */
  #key = "";
  #number = NO_KEY;

  constructor(partner: PartnerCatalog) {
    this.partner = partner;
    this.#foldsCase = !partner.definition.caseSensitiveTraits;
  }

  foldText(text: string): string {
    return this.#foldsCase ? fold(text) : text;
  }

  /** What is added from now on are values of this key. */
  beginKey(key: string, number: number): void {
    this.#key = key;
    this.#number = number;
  }

  /** Adds a value that does not come out of a parameter: it is never several. */
  addOwn(key: string, text: string): void {
    this.beginKey(key, this.partner.traitIndex.keyNumber(key));
    this.addText(text, false);
  }

  /** Adds the value or values that a text spells ("Audience model", From wire to signals). */
  addText(text: string, mayHoldSeveral: boolean): void {
    const whole = text.trim();
    if (mayHoldSeveral && whole.includes(",") && !isWhollyQuoted(whole)) {
      for (const piece of whole.split(",", MAX_SIGNAL_ROWS)) this.#addValue(piece.trim());
      this.#addRow(whole, this.foldText(whole));
    } else {
      this.#addValue(whole);
    }
  }

  /** Adds a value that folds to itself, and of which nothing is to be split or cut off. */
  addPlain(value: string): void {
    this.#addRow(value, value);
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
        if (added.has(target)) continue;
        const number = traitIndex.keyNumber(target.key);
        if (number === NO_KEY) continue;
        added.add(target);
        this.beginKey(target.key, number);
        this.#addRow(target.value, this.foldText(target.value));
      }
    }
  }

  #addValue(text: string): void {
    const value = isWhollyQuoted(text) ? text.slice(1, -1) : text;
    this.#addRow(value, this.foldText(value));
  }

  #addRow(value: string, folded: string): void {
    if (this.keys.length >= MAX_SIGNAL_ROWS) return;
    this.keys.push(this.#key);
    this.keyNumbers.push(this.#number);
    this.values.push(value);
    this.folded.push(folded);
  }
}

/** A double quote at both ends and none between. */
function isWhollyQuoted(text: string): boolean {
  return text.length >= 2 && text.startsWith('"') && text.indexOf('"', 1) === text.length - 1;
}
