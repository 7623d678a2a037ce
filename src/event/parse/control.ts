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

/** Parameters whose value steers the call; all are among `Parameters.steering`. */
const CONTROL_NAMES: ReadonlySet<string> = new Set(
  (
    "d_rtbd d_cb d_uuid ddsuuid d_mid d_orgid d_tdpid d_tdpid_ic d_cts d_dst d_jsonv d_nsid d_ptfm " +
    "d_coppa gdpr gdpr_consent d_rd redir d_event d_verify d_strict device_consent d_consent_ic"
  ).split(" "),
);

export interface FirstValues {
  readonly values: ReadonlyMap<string, string>;
  readonly directTraits: readonly string[];
}

export function readFirstValues(parameters: Parameters): FirstValues {
  const values = new Map<string, string>();
  const directTraits: string[] = [];
  for (const place of parameters.steering) {
    const name = parameters.names[place] ?? "";
    if (CONTROL_NAMES.has(name)) {
      if (!values.has(name)) values.set(name, parameters.valueAt(place));
    } else if (name === "d_sid" || name === "d_px") {
      directTraits.push(parameters.valueAt(place));
    }
  }
  return { values, directTraits };
}

export function nameControl(first: FirstValues, isSync: boolean): ControlParameters {
  const { values } = first;
  const memberships = values.get("d_cts");
  const gdpr = values.get("gdpr") === "1" ? "1" : "0";
  return {
    device: values.get("d_uuid") || (isSync && values.get("ddsuuid")) || null,
    mid: values.get("d_mid") || null,
    orgId: values.get("d_orgid") || null,
    directTraits: first.directTraits,
    onlyDataSource: values.get("d_tdpid") ?? null,
    onlyDataSourceCode: values.get("d_tdpid_ic") ?? null,
    memberships: memberships === "1" ? "legacy" : memberships === "2" ? "sid" : null,
    wantsUrls: values.get("d_dst") === "1",
    wantsSyncs: values.get("d_jsonv") === "1",
    container: readContainer(values.get("d_nsid")),
    platform: readPlatform(values.get("d_ptfm")),
    childProtection: isTrue(values.get("d_coppa")),
    gdpr,
    gdprConsent: gdpr === "1" ? (values.get("gdpr_consent") ?? "") : "",
    redirect: values.get(isSync ? "redir" : "d_rd") || null,
    isClick: values.get("d_event") === "click",
    verifiesCookie: values.get("d_verify") === "1",
    refusedDeviceCode:
      values.get("device_consent") === "0" ? (values.get("d_consent_ic") ?? null) : null,
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
