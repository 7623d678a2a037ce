// Keys that mean something to everybody ("Audience model", Prefixes and platform keys).

/** What the platform finds out of a call's address and device, and what advertisements send. */
export const PLATFORM_KEYS: ReadonlySet<string> = new Set(
  (
    "d_country d_state d_city d_region d_dma_code d_area_code d_postal_code d_lat d_long d_isp d_zx " +
    "d_device_vendor d_device_hardware_type d_device_os_version d_device_os_name d_device_model " +
    "d_device_marketing_name d_device_manufacturer d_ptfm d_caller d_event d_src d_site d_creative d_adgroup " +
    "d_placement d_campaign d_bu d_adsrc d_conversion d_conversiontype d_revenue d_lineitem d_orderid d_time"
  ).split(" "),
);

/** Geo keys whose values the platform gives in lower case. */
export const LOWER_CASE_KEYS: ReadonlySet<string> = new Set(
  "d_country d_state d_city d_postal_code d_isp".split(" "),
);

/** Headers that browsers and clients of the platform send, as keys. Others may come as well. */
export const HEADER_KEYS: ReadonlySet<string> = new Set(
  (
    "host user-agent accept-language referer referrer date ip accept accept-encoding origin connection " +
    "content-type content-length cache-control dnt sec-gpc sec-ch-ua sec-ch-ua-mobile sec-ch-ua-model " +
    "sec-ch-ua-platform sec-fetch-dest sec-fetch-mode sec-fetch-site upgrade-insecure-requests via pragma " +
    "x-requested-with save-data priority"
  )
    .split(" ")
    .map((name) => `h_${name}`),
);

/** Headers that are credentials, or that proxies write, are never signals. */
const HIDDEN_HEADER = /^h_(?:cookie|authorization|proxy-authorization|forwarded|x-forwarded-.*)$/;

export function isHiddenHeader(key: string): boolean {
  return HIDDEN_HEADER.test(key);
}

const MAX_KEY_CHARACTERS = 255;

/** Whether a parameter of that name is a signal at all. */
export function isSendable(key: string): boolean {
  return key.length <= MAX_KEY_CHARACTERS && /^[A-Za-z0-9_.-]+$/.test(key) && /[A-Za-z]/.test(key);
}
