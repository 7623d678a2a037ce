import type { EventErrorCode } from "@dunlin/contract/errors";

/**
 * What would have been right, by code, where nothing more exact is known. None repeats what a caller
 * sent.
 */
export const HINTS: Readonly<Record<EventErrorCode, string>> = {
  0: "Nothing was stored: send the call again later, and tell the operator its `tid`.",
  1: "Send the partner's alias below the platform's domain as host, or on a host of the platform the partner's org ID in `d_orgid`.",
  2: "Send an org ID that is registered here, 24 hexadecimal digits and `@AdobeOrg`, in its letter case.",
  10: "Nothing is to be mended in the call: rules could not be evaluated, and what was is in the answer.",
  100: "Send a `Host` header with the partner's alias below the platform's domain.",
  101: "Expected 38 digits: two halves of 19, each below 2^63.",
  102: "Expected 38 digits: two halves of 19, each below 2^63, not all zero.",
  104: "Send at least one ID that passes every check.",
  109: "Call from a page whose host the partner allows, or without a `Referer`.",
  171: "This visitor has opted out, and nothing may be collected.",
  172: "Send back the cookie `demdex` that the first answer has set.",
  198: "Call from a country that the partner does not block.",
  199: "Call from a country that the platform does not block.",
  200: "Nothing is to be mended in the call: the stored profile could not be read, and this call's signals were evaluated alone.",
  201: "Nothing is to be mended in the call: the devices of an ID could not be read, and were left out.",
  202: "Nothing is to be mended in the call: the IDs of the device could not be read, and were left out.",
  203: "Nothing is to be mended in the call: the cluster of the device could not be read, and was left out.",
  300: "Write a data source that exists, the octet %01 and an ID that is not blank.",
  301: "Send fewer IDs.",
  302: "Name a data source of this partner or a shared one.",
  303: "Do without this ID.",
  304: "Do without IDs of this data source.",
  306: "Do without this ID.",
  307: "Do without this ID, or call less often.",
  309: "Send fewer IDs.",
  310: "Send fewer IDs of one data source.",
  311: "Send a well-formed request.",
  312: "Write the advertising ID in the form that its platform gives it.",
  313: "Send a string of a consent platform that is on the list.",
  314: "Send a string of a consent platform that is still on the list.",
  315: "Send a consent string, version 2, with vendor consent and consent to purposes 1 and 10.",
};
