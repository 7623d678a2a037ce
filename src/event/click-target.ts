// The target of a click: decoded as often as it was encoded, its macros filled in ("DCS and visitor-ID
// service", Click redirect).

import { findBadPercent } from "./percent.ts";

/** Decodings beyond the one that every parameter gets. */
const MAX_MORE_DECODINGS = 2;

/** What macros of a click target stand for; a missing one is empty. */
export interface ClickMacros {
  /** The parameter of this name as the caller sent it, or null. */
  parameter(name: string): string | null;
  readonly device: string;
  readonly mid: () => string;
  readonly declaredId: string;
  readonly region: number;
  readonly gdpr: "0" | "1";
  readonly gdprConsent: string;
  /** A number in [0, 1). */
  random(): number;
}

/** The filled-in target, not yet checked; null where it cannot be decoded. */
export function fillClickTarget(decodedOnce: string, macros: ClickMacros): string | null {
  const target = decodeFully(decodedOnce);
  return target === null ? null : fillMacros(target, macros);
}

function decodeFully(decodedOnce: string): string | null {
  let target = decodedOnce;
  for (let more = 0; more < MAX_MORE_DECODINGS; more++) {
    if (/^https?:\/\//i.test(target) || !/^https?%3a/i.test(target)) break;
    if (findBadPercent(target) !== -1) return null;
    target = decodeText(target);
  }
  return target;
}

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

/** Here `+` is a plus: the blank it may once have been was read with the parameter. */
function decodeText(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (escapes) =>
    utf8.decode(Uint8Array.from(escapes.slice(1).split("%"), (hex) => Number.parseInt(hex, 16))),
  );
}

/** Macros that stand for a parameter, by the parameter's name. */
const PARAMETER_MACROS: Readonly<Record<string, string>> = {
  d_adgroup: "d_adgroup",
  d_bu: "d_bu",
  d_campaign: "d_campaign",
  d_creative: "d_creative",
  d_placement: "d_placement",
  d_site: "d_site",
  d_src: "d_src",
  // The names differ.
  d_id: "d_dpid",
};

const MACRO =
  /%(d_adgroup|d_bu|d_campaign|d_creative|d_placement|d_site|d_src|d_id|d_dpuuid|d_mid|d_uuid|d_region|r_rand)%|\$\{(gdpr)(_consent_\d+)?\}/gi;

function fillMacros(target: string, macros: ClickMacros): string {
  return target.replace(MACRO, (_, name?: string, gdpr?: string, consent?: string) => {
    if (gdpr !== undefined) return consent === undefined ? macros.gdpr : encode(macros.gdprConsent);
    return encode(valueFor((name ?? "").toLowerCase(), macros));
  });
}

function valueFor(name: string, macros: ClickMacros): string {
  switch (name) {
    case "d_uuid":
      return macros.device;
    case "d_mid":
      return macros.mid();
    case "d_dpuuid":
      return macros.declaredId;
    case "d_region":
      return String(macros.region);
    case "r_rand":
      return String(Math.floor(macros.random() * 2 ** 31));
    default:
      return macros.parameter(PARAMETER_MACROS[name] ?? name) ?? "";
  }
}

function encode(value: string): string {
  return encodeURIComponent(value.toWellFormed());
}
