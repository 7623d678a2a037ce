// Requests that nobody in good faith would send, made from a seed: half of them nearly right, since code
// breaks where input is nearly right.

import type { RawCall } from "../../src/event/parse/raw-call.ts";
import type { Random } from "./random.ts";

const METHODS = ["GET", "GET", "GET", "GET", "POST", "POST", "POST", "HEAD"];
const PATHS = ["/event", "/event", "/event", "/event", "/event", "/firstevent", "/"];
const HOSTS = [
  ...new Array<string>(20).fill("alpha.demdex.net"),
  "ALPHA.demdex.net:8443",
  "alpha.demdex.net.",
  "beta.demdex.net",
  "dpm.demdex.net",
  "irl1.demdex.net",
  "fast.alpha.demdex.net",
  "www.demdex.net",
  "demdex.net",
  ".demdex.net",
  "",
  "[::1]:80",
  "[",
  ":",
  "__proto__.demdex.net",
  "constructor.demdex.net",
];
const IDS = ["d_uuid", "d_mid", "d_orgid"];
const NAMES = [
  ..."d_rtbd d_cb d_jsonv d_dst d_cts d_cid d_cid_ic d_cid_ns d_dpid".split(" "),
  ..."d_dpuuid d_nsid d_ptfm d_sid d_px d_tdpid d_tdpid_ic d_coppa d_event d_rd gdpr".split(" "),
  ..."gdpr_consent d_strict key1 key2 color c_likes p_age h_referer h_host d_campaign".split(" "),
  ..."__proto__ constructor toString hasOwnProperty".split(" "),
];
const VALUES = [
  ..."json 1 2 0 true val1 val2 red blue,red,green 5001 5010,5001 22920112968019678612904394744954398990".split(
    " ",
  ),
  "22845954047972068642896981047981475499",
  "A1B2C3D4E5F60718293A4B5C%40AdobeOrg",
  "s_c_il%5B0%5D._setMarketingCloudFields",
  "alert(1)%2F%2F",
  "%22a,b%22",
  "%22",
  "%0D%0ASet-Cookie:%20x=1",
  "%00",
  "%ff%fe",
  "%C3%A9",
  "1001%01user-1%011",
  "%3Cscript%3Ealert(1)%3C/script%3E",
  "famous%20popstar",
  "-1",
  "1e999",
  "99999999999999999999999999999999999999",
  "00000000000000000000000000000000000000",
  "..%2F..%2Fetc%2Fpasswd",
  "click",
  "https%3A%2F%2Fa.example%2F%3Fu%3D%25d_uuid%25",
  "http%3A%2F%2Fa.example%2F%20%C3%A9",
  "CP1R2oAP1R2oAAHABBENDIEgAIBAAAAAAAqIEawAQEagAAAA",
  "20915%01AEBE52E7-03EE-455A-B3C4-E57283966239",
  "${DD_UUID}",
  "%25d_uuid%25",
];
/** Each voids the whole request, so they must be rare. */
const BROKEN_VALUES = ["%", "%e", "%zz"];
const HEADER_NAMES = [
  ..."Cookie Referer Origin User-Agent Accept-Language Content-Type X-Forwarded-For".split(" "),
  ..."X-Forwarded-Proto X-Forwarded-Host Forwarded Date Referrer Authorization X-A Host".split(" "),
];
const HEADER_VALUES = [
  "demdex=22920112968019678612904394744954398990",
  "demdex=abc; demdex=NOTARGET",
  ";;;=;demdex",
  "https://shop.example/shop?x=1",
  "null",
  "https://[::1",
  "application/x-www-form-urlencoded; charset=UTF-8",
  "application/json",
  "text/plain",
  "caf\u00e9 \u00ff",
  "es-MX,es;q=0.9",
  "198.51.100.7, 10.0.0.1",
  "https",
  "",
  "\t",
];

export function hostileRequest(random: Random): RawCall {
  const method = random.pick(METHODS);
  const form = random.chance(0.6) ? "d_rtbd=json&d_cts=2&d_dst=1&" : "";
  const query = random.chance(0.9) ? `?${form}${hostileQuery(random, 8200)}` : "";
  return {
    method,
    target: random.pick(PATHS) + query,
    headers: hostileHeaders(random),
    body: method === "POST" ? hostileQuery(random, random.chance(0.05) ? 40_000 : 2000) : null,
    address: random.pick(["192.0.2.1", "::1", "::ffff:192.0.2.1", "", "not an address"]),
    secure: random.chance(0.5),
    host: random.pick(HOSTS),
  };
}

function hostileQuery(random: Random, maxLength: number): string {
  if (random.chance(0.02)) return longQuery(random, maxLength);
  const pieces: string[] = [];
  const count = random.below(25);
  for (let i = 0; i < count; i++) pieces.push(hostilePair(random));
  const text = pieces.join(random.pick(["&", "&", "&", "&&", ";", "?"]));
  return random.chance(0.1) ? mutate(random, text) : text;
}

function hostilePair(random: Random): string {
  if (random.chance(0.01)) return `${random.pick(NAMES)}=${random.pick(BROKEN_VALUES)}`;
  if (random.chance(0.03)) return `${random.pick(IDS)}=${random.pick(VALUES)}`;
  const name = random.chance(0.95) ? random.pick(NAMES) : octets(random, 12);
  const value = random.chance(0.9) ? random.pick(VALUES) : octets(random, 40).replaceAll("%", "");
  return random.chance(0.05) ? name : `${name}=${value}`;
}

/** One of the shapes that make quadratic code slow. */
function longQuery(random: Random, length: number): string {
  const unit = random.pick([
    "a&",
    "a=1&",
    "&",
    "key1=val1&",
    "%41",
    ",",
    "key1=a,",
    '"',
    "=",
    "%ff",
    "+",
  ]);
  const start = random.pick(["", "color=", "d_sid=", "d_cb=", "d_uuid=", "h_referer=", "c_likes="]);
  return (start + unit.repeat(Math.ceil(length / unit.length))).slice(0, length);
}

/** Cuts out, doubles or replaces a few octets. */
function mutate(random: Random, text: string): string {
  let mutated = text;
  for (let i = random.below(4) + 1; i > 0; i--) {
    const at = random.below(mutated.length + 1);
    const rest = mutated.slice(at + random.below(3));
    mutated = mutated.slice(0, at) + (random.chance(0.7) ? octets(random, 3) : "") + rest;
  }
  return mutated;
}

/** Octets that an HTTP parser lets into a request target or a header. */
function octets(random: Random, maxLength: number): string {
  let text = "";
  for (let i = random.below(maxLength + 1); i > 0; i--) {
    text += String.fromCharCode(
      random.chance(0.8) ? 33 + random.below(94) : 128 + random.below(128),
    );
  }
  return text;
}

function hostileHeaders(random: Random): string[] {
  const headers: string[] = [];
  for (let i = random.below(8); i > 0; i--) {
    const name = random.pick(HEADER_NAMES);
    headers.push(random.chance(0.2) ? name.toUpperCase() : name);
    headers.push(random.chance(0.8) ? random.pick(HEADER_VALUES) : octets(random, 60));
  }
  return headers;
}
