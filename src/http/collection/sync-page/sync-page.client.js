// Runs in visitors' browsers, in the iframe of a page: nothing global, no reports home.
const MINUTE_MS = 60000;
const COMBINED_PAUSE_MS = 100;
const MEMORY_MINUTES = 259200;
const COMBINED_SEPARATOR = "%01";
// Room for the browser's 4096 octets a cookie, at 32 octets an entry.
const MAX_REMEMBERED = 120;
const domain = document.body.getAttribute("data-domain");
const parentOrigin = originOf(decode(location.hash.slice(1)));
let isLogging = false;

function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}

/** Of an address, or of an origin; "" for what is neither: nobody is listened or talked to then. */
function originOf(address) {
  try {
    const { protocol, origin } = new URL(address);
    return /^https?:$/.test(protocol) ? origin : "";
  } catch {
    return "";
  }
}

function log(what, detail) {
  if (isLogging) console.log(`dest5: ${what}`, detail);
}

function readCookie(name) {
  for (const pair of document.cookie.split("; ")) {
    if (pair.startsWith(`${name}=`)) return pair.slice(name.length + 1);
  }
  return "";
}

function writeCookie(name, value, minutes) {
  const secure = location.protocol === "https:" ? "; Secure; SameSite=None" : "";
  // A partner's own host name cannot set a cookie for the platform's domain.
  const scope = `.${location.hostname}`.endsWith(`.${domain}`) ? `; Domain=.${domain}` : "";
  // biome-ignore lint/suspicious/noDocumentCookie: the newer way is asynchronous, and Firefox learnt it late.
  document.cookie = `${name}=${value}; Max-Age=${minutes * 60}; Path=/${scope}${secure}`;
}

function canSetCookies() {
  if (readCookie("demdex") !== "") return true;
  writeCookie("_dp", "1", 1);
  const isThere = readCookie("_dp") === "1";
  writeCookie("_dp", "", 0);
  return isThere;
}

/** Opted out, or of a client so old that its ID means nothing: then every message is ignored. */
function isSilenced() {
  return /^(?:NOTARGET|DID:)/.test(readCookie("demdex"));
}

function fillMacros(url) {
  const protocol = location.protocol.replace(":", "");
  const values = {
    timestamp: String(Math.floor(Date.now() / 1000)),
    rnd: String(Math.floor(Math.random() * 2147483648)),
    did: readCookie("demdex"),
    http_proto: protocol,
  };
  const filled = url.replace(/%(timestamp|rnd|did|http_proto)%/gi, (_, name) =>
    encodeURIComponent(values[name.toLowerCase()]),
  );
  return filled.startsWith("//") ? location.protocol + filled : filled;
}

/** False for what is no address of the web. */
function fire(url, tag) {
  const address = fillMacros(url);
  if (!/^https?:\/\//i.test(address)) return false;
  log("fire", address);
  if (tag === "iframe") {
    const frame = document.createElement("iframe");
    frame.style.display = "none";
    frame.src = address;
    document.body.appendChild(frame);
  } else {
    new Image(1, 1).src = address;
  }
  return true;
}

function pastSyncs() {
  const entries = readCookie("dextp").split("|");
  return entries.filter((entry) => /^\d+-\d+-\d+$/.test(entry));
}

function wasSynced(id, minutes) {
  return pastSyncs().some((entry) => {
    const [source, kind, at] = entry.split("-");
    const ageMs = Date.now() - Number(at);
    // A time to come is that of a clock which was wrong: it must not hold a sync back for years.
    return source === id && kind === "1" && ageMs >= 0 && ageMs < minutes * MINUTE_MS;
  });
}

/** The newest are kept: an old one that falls out costs one sync too many. */
function rememberSync(id) {
  const others = pastSyncs().filter((entry) => !entry.startsWith(`${id}-1-`));
  others.push(`${id}-1-${Date.now()}`);
  writeCookie("dextp", others.slice(-MAX_REMEMBERED).join("|"), MEMORY_MINUTES);
}

/** `type|id|tag|url,url|minutes|...`, each part, and each address, encoded on its own. */
function handle(message) {
  // Looked at anew: an opt-out may have come while the message waited its turn.
  if (isSilenced()) return;
  const parts = message.split("|");
  const [type, id = "", tag, address = "", minutes] = parts.map(decode);
  if (type === "dests") {
    fire(address, "img");
  } else if (type === "ibs" && !wasSynced(id, Number(minutes) || 0)) {
    // Split first, decoded after: a comma within an address is part of it.
    const fired = (parts[3] ?? "").split(",").filter((url) => fire(decode(url), tag));
    if (fired.length > 0 && /^\d+$/.test(id)) rememberSync(id);
  }
}

const HANDLERS = [
  [
    "---destpub-combined---",
    (text) => {
      text.split(COMBINED_SEPARATOR).forEach((message, place) => {
        setTimeout(() => handle(message), place * COMBINED_PAUSE_MS);
      });
    },
  ],
  ["---destpub-clear-dextp---", () => writeCookie("dextp", "", 0)],
  [
    "---destpub-debug---",
    (text) => {
      isLogging = true;
      // Clients that report faults send this in place of the plain prefix, message and all.
      if (text !== "") handle(text);
    },
  ],
  ["---destpub---", handle],
];

function receive(event) {
  if (parentOrigin === "" || event.origin !== parentOrigin) return;
  if (typeof event.data !== "string" || isSilenced()) return;
  for (const [prefix, act] of HANDLERS) {
    const encoded = encodeURIComponent(prefix);
    if (event.data.startsWith(encoded)) {
      log("message", event.data);
      act(event.data.slice(encoded.length));
      return;
    }
  }
}

addEventListener("message", receive);
if (parentOrigin !== "" && parent !== window) {
  const verdict = `canSetThirdPartyCookies|${canSetCookies()}`;
  parent.postMessage(encodeURIComponent("---destpub-to-parent---") + verdict, parentOrigin);
}
