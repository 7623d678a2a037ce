// What the control parameters of a call say. The wire's spellings of them end here and in
// `declared-ids/`.

import type { Parameters } from "./parameters.ts";

/** Of a single-valued parameter given twice the first counts. */
export interface ControlParameters {
  /** `d_uuid` (on syncs `ddsuuid` too), null when absent or empty; so for the next two. */
  readonly device: string | null;
  readonly mid: string | null;
  readonly orgId: string | null;
  /** `d_sid` and its synonym, as they came: lists of trait IDs. */
  readonly directTraits: readonly string[];
  /** `d_tdpid`: rules of this data source only. */
  readonly onlyDataSource: string | null;
  /** `d_tdpid_ic`: the same by integration code. */
  readonly onlyDataSourceCode: string | null;
  /** `d_cts`: which kind of segment IDs the caller wants beside the traits. */
  readonly memberships: "legacy" | "sid" | null;
  readonly wantsUrls: boolean;
  readonly wantsSyncs: boolean;
  /** Which set of ID syncs the caller publishes. */
  readonly container: number;
  readonly platform: "browser" | "android" | "ios" | "all";
  readonly childProtection: boolean;
  readonly gdpr: "0" | "1";
  readonly gdprConsent: string;
  /** A click's or a sync's target, decoded once. */
  readonly redirect: string | null;
  readonly isClick: boolean;
  /** `d_verify`: whether the client wants to know if cookies hold. */
  readonly verifiesCookie: boolean;
  /** Integration code of the advertising ID whose use the visitor has just refused, or null. */
  readonly refusedDeviceCode: string | null;
}

/**
 * Parameters whose value steers the call, each with its place among the first values; all are among
 * `Parameters.steering`. They are looked for in this order, so the most frequent come first.
 */
const PLACES = {
  ...{ d_uuid: 0, d_rtbd: 1, d_cts: 2, d_dst: 3, d_cb: 4, d_jsonv: 5, d_nsid: 6, d_orgid: 7 },
  ...{ d_mid: 8, gdpr: 9, gdpr_consent: 10, d_event: 11, d_rd: 12, d_verify: 13, d_ptfm: 14 },
  ...{ d_coppa: 15, d_tdpid: 16, d_tdpid_ic: 17, d_strict: 18, ddsuuid: 19, redir: 20 },
  ...{ device_consent: 21, d_consent_ic: 22 },
} as const;
const CONTROL_NAMES: readonly string[] = Object.keys(PLACES);
/** Shorter names steer nothing. A hostile call has thousands of them, and none is to be looked for. */
const MIN_NAME_CHARACTERS = "d_cb".length;

export class FirstValues {
  /** `d_sid` and its synonym. */
  readonly directTraits: string[] = [];
  readonly #values: (string | undefined)[] = [];

  constructor(parameters: Parameters) {
    for (const at of parameters.steering) {
      const name = parameters.names[at] ?? "";
      if (name.length < MIN_NAME_CHARACTERS) continue;
      const place = CONTROL_NAMES.indexOf(name);
      if (place !== -1) this.#values[place] ??= parameters.valueAt(at);
      else if (name === "d_sid" || name === "d_px") this.directTraits.push(parameters.valueAt(at));
    }
  }

  /** Undefined where the call has no such parameter. */
  of(name: keyof typeof PLACES): string | undefined {
    return this.#values[PLACES[name]];
  }
}

export function nameControl(first: FirstValues, isSync: boolean): ControlParameters {
  const memberships = first.of("d_cts");
  const gdpr = first.of("gdpr") === "1" ? "1" : "0";
  return {
    device: first.of("d_uuid") || (isSync && first.of("ddsuuid")) || null,
    mid: first.of("d_mid") || null,
    orgId: first.of("d_orgid") || null,
    directTraits: first.directTraits,
    onlyDataSource: first.of("d_tdpid") ?? null,
    onlyDataSourceCode: first.of("d_tdpid_ic") ?? null,
    memberships: memberships === "1" ? "legacy" : memberships === "2" ? "sid" : null,
    wantsUrls: first.of("d_dst") === "1",
    wantsSyncs: first.of("d_jsonv") === "1",
    container: readContainer(first.of("d_nsid")),
    platform: readPlatform(first.of("d_ptfm")),
    childProtection: isTrue(first.of("d_coppa")),
    gdpr,
    gdprConsent: gdpr === "1" ? (first.of("gdpr_consent") ?? "") : "",
    redirect: first.of(isSync ? "redir" : "d_rd") || null,
    isClick: first.of("d_event") === "click",
    verifiesCookie: first.of("d_verify") === "1",
    refusedDeviceCode:
      first.of("device_consent") === "0" ? (first.of("d_consent_ic") ?? null) : null,
  };
}

function isTrue(text: string | undefined): boolean {
  return text === "true" || text === "1";
}

/** The default where nothing is said; what is no number is no container. */
function readContainer(text: string | undefined): number {
  if (text === undefined || text === "") return 0;
  return /^\d{1,9}$/.test(text) ? Number(text) : -1;
}

function readPlatform(text: string | undefined): ControlParameters["platform"] {
  const name = text?.toLowerCase();
  return name === "ios" || name === "android" || name === "all" ? name : "browser";
}
