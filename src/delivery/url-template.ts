// Destination URLs with macros, cut into pieces once so that a call only joins them.

import { asDataSourceId, type DataSourceId } from "../model/ids.ts";
import { assertNever } from "../model/result.ts";
import type { DestinationCall } from "./plan.ts";

export type UrlTemplate = readonly UrlPiece[];

type UrlPiece = { readonly kind: "alias" } | ValuePiece;

type ValuePiece =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "declared-id"; readonly dataSource: DataSourceId }
  | { readonly kind: "gdpr-consent"; readonly vendorId: number }
  | { readonly kind: "did" }
  | { readonly kind: "did_base64" }
  | { readonly kind: "mcid" }
  | { readonly kind: "region" }
  | { readonly kind: "http_proto" }
  | { readonly kind: "rnd" }
  | { readonly kind: "timestamp" }
  | { readonly kind: "gdpr" };

type PlainMacro = Exclude<UrlPiece["kind"], "text" | "declared-id" | "gdpr-consent">;

// The documented macros in any letter case ("Data out and in", Destination macros). What looks like one
// and is none stays in the URL as it stands.
const MACRO =
  /%(alias|did|mcid|region|http_proto|rnd|timestamp)%|%dpid_([0-9]{1,15})%|\$\{(gdpr)\}|\$\{gdpr_consent_([0-9]{1,9})\}/gi;

// In URLs of ID syncs there is no segment to name, and some partners want the device's ID in base64.
const SYNC_MACRO =
  /%(did|did_base64|mcid|region|http_proto|rnd|timestamp)%|%dpid_([0-9]{1,15})%|\$\{(gdpr)\}|\$\{gdpr_consent_([0-9]{1,9})\}/gi;

/** What of a call the macros insert. */
export type MacroValues = Pick<
  DestinationCall,
  "device" | "mid" | "declaredId" | "region" | "pageScheme" | "now" | "gdpr" | "gdprConsent"
>;

/** `%rnd%` is in 0…2³¹−1. */
const RANDOM_LIMIT = 2 ** 31;

export function compileUrl(url: string): UrlTemplate {
  return compile(url, MACRO);
}

export function compileSyncUrl(url: string): UrlTemplate {
  return compile(url, SYNC_MACRO);
}

function compile(url: string, macro: RegExp): UrlTemplate {
  const pieces: UrlPiece[] = [];
  let end = 0;
  for (const match of url.matchAll(macro)) {
    if (match.index > end) pieces.push({ kind: "text", text: url.slice(end, match.index) });
    end = match.index + match[0].length;
    const [, plain, dataSource, gdpr, vendor] = match;
    if (dataSource !== undefined) {
      pieces.push({ kind: "declared-id", dataSource: asDataSourceId(Number(dataSource)) });
    } else if (vendor !== undefined) {
      pieces.push({ kind: "gdpr-consent", vendorId: Number(vendor) });
    } else {
      // The expression lets nothing but these names through.
      pieces.push({ kind: (plain ?? gdpr ?? "").toLowerCase() as PlainMacro });
    }
  }
  if (end < url.length) pieces.push({ kind: "text", text: url.slice(end) });
  return pieces;
}

/** IAB vendors whom a URL hands the consent string to. */
export function vendorsOf(template: UrlTemplate): readonly number[] {
  return template.flatMap((piece) => (piece.kind === "gdpr-consent" ? [piece.vendorId] : []));
}

/** Whether a URL says itself whether consent rules apply. */
export function namesConsent(template: UrlTemplate): boolean {
  return template.some((piece) => piece.kind === "gdpr");
}

/** A template with everything filled in but the alias: texts, between each two of which the alias belongs. */
export type FilledUrl = readonly [string, ...string[]];

/**
 * Fills in what is the same for every alias of a call. Values are percent-encoded, a missing one is
 * empty. The alias goes in verbatim later: documented ones are pairs such as `aam=101`.
 */
export function fillUrl(
  template: UrlTemplate,
  call: MacroValues,
  randomNumber: () => number,
): FilledUrl {
  const texts: [string, ...string[]] = [""];
  for (const piece of template) {
    if (piece.kind === "alias") texts.push("");
    else texts[texts.length - 1] += valueFor(piece, call, randomNumber);
  }
  return texts;
}

function valueFor(piece: ValuePiece, call: MacroValues, randomNumber: () => number): string {
  switch (piece.kind) {
    case "text":
      return piece.text;
    case "did":
      return call.device;
    case "did_base64":
      return encodeText(btoa(call.device));
    case "mcid":
      return encodeText(call.mid());
    case "declared-id":
      return encodeText(call.declaredId(piece.dataSource) ?? "");
    case "region":
      return String(call.region);
    case "http_proto":
      return call.pageScheme;
    case "rnd":
      return String(Math.floor(randomNumber() * RANDOM_LIMIT));
    case "timestamp":
      return String(Math.floor(call.now / 1000));
    case "gdpr":
      return call.gdpr;
    case "gdpr-consent":
      return encodeText(call.gdprConsent);
    default:
      return assertNever(piece);
  }
}

/** Never throws: half a surrogate pair, which has no encoding, becomes U+FFFD. */
export function encodeText(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}
