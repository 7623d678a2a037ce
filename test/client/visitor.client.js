// What the visitor API does on the wire, in a few lines of our own: it asks `/id`, keeps the answer in the
// AMCV cookie, and hands ID syncs to the iframe ("DCS and visitor-ID service", What the browser client
// does with answers). Not more forgiving than the real one: where that hangs, this does.

const VERSION = "5.5.0";
const TWO_YEARS_SECONDS = 63072000;
const SYNC_PAGE_PREFIX = "---destpub-to-parent---";

globalThis.readCookie = (name) => {
  const pair = document.cookie.split("; ").find((text) => text.startsWith(`${name}=`));
  return pair === undefined ? null : decodeURIComponent(pair.slice(name.length + 1));
};

globalThis.writeCookie = (name, value, seconds, domain) => {
  const life = seconds === null ? "" : `; Max-Age=${seconds}`;
  // biome-ignore lint/suspicious/noDocumentCookie: as the clients do.
  document.cookie = `${name}=${encodeURIComponent(value)}${life}; Path=/; Domain=${domain}; Secure`;
};

class Visitor {
  /** `firstPartyServer`: of the site's own; who names one wants the platform's cookie tested. */
  constructor({ orgId, server = "dpm.demdex.net", firstPartyServer = server, container = 0 }) {
    this.orgId = orgId;
    this.server = server;
    this.testsCookies = !firstPartyServer.endsWith("demdex.net");
    this.container = container;
    this.cookieName = encodeURIComponent(`AMCV_${orgId}`);
    this.fields = this.readFields();
    this.answers = [];
    this.frame = null;
    this.verdict = Promise.withResolvers();
  }

  /** Asks where there is no MID yet or a day has passed; resolves with the MID once all is written down. */
  async start({ customerIds = [], again = false } = {}) {
    const isDue = again || customerIds.length > 0 || this.get("MCIDTS") !== String(today());
    if (isDue || this.get("MCMID") === null) {
      const answer = await this.ask("MC", customerIds);
      await this.takeIn(answer);
    }
    writeCookie(encodeURIComponent(`AMCVS_${this.orgId}`), "1", null, siteDomain());
    return this.get("MCMID");
  }

  address(path, fieldGroup, customerIds) {
    const mid = this.get("MCMID");
    const ids = customerIds.map(
      ([code, id, state]) =>
        `&d_cid_ic=${encodeURIComponent(code)}%01${encodeURIComponent(id)}${state ? `%01${state}` : ""}`,
    );
    const query =
      `d_visid_ver=${VERSION}&d_fieldgroup=${fieldGroup}&d_rtbd=json&d_ver=2` +
      `${mid === null && this.testsCookies ? "&d_verify=1" : ""}&d_orgid=${encodeURIComponent(this.orgId)}` +
      `&d_nsid=${this.container}${mid === null ? "" : `&d_mid=${mid}`}${ids.join("")}&ts=${Date.now()}`;
    return `https://${this.server}/${path}?${query}`;
  }

  /** An answer other than 200 is never heard of again. */
  ask(fieldGroup, customerIds) {
    return new Promise((resolve) => {
      const request = new XMLHttpRequest();
      request.open("GET", this.address("id", fieldGroup, customerIds), true);
      request.withCredentials = true;
      request.setRequestHeader("Content-Type", "application/x-www-form-urlencoded");
      request.onload = () => {
        if (request.status !== 200) return;
        const answer = parseObject(request.responseText);
        this.answers.push(answer);
        resolve(answer);
      };
      request.onerror = () => resolve(null);
      request.send();
    });
  }

  async takeIn(answer) {
    const id = [answer?.d_mid, answer?.mid, answer?.id, answer?.uuid].find(
      (value) => typeof value === "string" && /^[0-9a-fA-F-]+$/.test(value),
    );
    // The second question is about other fields: the MID stays one that the client has made.
    if (!this.hasAskedTwice) this.isClientMade = id === undefined;
    this.set("MCMID", id ?? this.get("MCMID") ?? makeMid());
    if (id === undefined && answer?.d_blob === undefined && !this.hasAskedTwice) {
      this.hasAskedTwice = true;
      return this.takeIn(await this.ask("AAM", []));
    }
    this.set("MCIDTS", String(today()));
    this.takeRegion(answer);
    const optOut = Array.isArray(answer?.d_optout) ? answer.d_optout.join(",") : "NONE";
    this.set("MCOPTOUT", optOut, `${seconds() + (answer?.d_ottl ?? 7200)}s`);
    this.writeFields();
    if (optOut === "NONE") this.publish(answer);
  }

  /** Compared as they are: a region that is no number is always another one. */
  takeRegion(answer) {
    const region = answer?.dcs_region;
    const expiry = String(seconds() + (answer?.id_sync_ttl ?? 604800));
    const stored = this.get("MCAAMLH");
    this.hasMoved = stored !== null && Number(stored) !== region;
    if (this.hasMoved) {
      this.fields.delete("MCSYNCS");
      this.fields.delete("MCSYNCSOP");
    }
    if (region !== undefined) this.set("MCAAMLH", String(region), expiry);
    this.set("MCAAMB", answer?.d_blob ?? "", expiry);
  }

  /** Entries for the page itself are fired here; the others wait for what the iframe may do. */
  publish(answer) {
    const syncs = answer?.ibs ?? [];
    if (typeof answer?.subdomain !== "string" || syncs.length === 0) return;
    for (const { url } of syncs.filter(({ syncOnPage }) => syncOnPage === 1)) {
      for (const one of url) new Image(1, 1).src = one;
    }
    const framed = syncs.filter(({ syncOnPage }) => syncOnPage !== 1);
    this.attach(answer.subdomain);
    if (this.hasMoved) this.post("---destpub-clear-dextp---");
    this.verdict.promise.then((canSetCookies) => {
      const sent = canSetCookies ? framed : framed.filter(({ fireURLSync }) => fireURLSync === 1);
      if (sent.length === 0) return;
      this.post("---destpub-combined---", sent.map(syncMessage).join("%01"));
      if (canSetCookies) return;
      this.set("MCSYNCS", sent.map(({ id }) => `${id}-${today()}`).join("*"));
      this.writeFields();
    });
  }

  attach(subdomain) {
    if (this.frame !== null) return;
    const origin = `https://${subdomain}.demdex.net`;
    const frame = document.createElement("iframe");
    frame.id = `destination_publishing_iframe_${subdomain}_${this.container}`;
    frame.setAttribute("sandbox", "allow-scripts allow-same-origin");
    frame.style.display = "none";
    this.loaded = new Promise((resolve) => frame.addEventListener("load", resolve));
    addEventListener("message", ({ origin: from, data }) => {
      if (from !== origin || typeof data !== "string") return;
      const [prefix, text] = [encodeURIComponent(SYNC_PAGE_PREFIX), data];
      if (!text.startsWith(prefix)) return;
      const [name, value] = text.slice(prefix.length).split("|");
      if (name === "canSetThirdPartyCookies") this.verdict.resolve(value === "true");
    });
    frame.src = `${origin}/dest5.html?d_nsid=${this.container}#${encodeURIComponent(location.origin)}`;
    document.body.append(frame);
    this.frame = { window: frame.contentWindow, origin };
  }

  async post(prefix, payload = "") {
    await this.loaded;
    this.frame.window.postMessage(encodeURIComponent(prefix) + payload, this.frame.origin);
  }

  get(key) {
    return this.fields.get(key)?.value ?? null;
  }

  set(key, value, expiry = null) {
    this.fields.set(key, { value, expiry });
  }

  readFields() {
    const parts = (readCookie(this.cookieName) ?? "").split("|").slice(1);
    const fields = new Map();
    for (let at = 0; at + 1 < parts.length; at += 2) {
      const [key, expiry = null] = parts[at].split("-");
      const isOver = expiry !== null && Number.parseInt(expiry, 10) < seconds();
      if (key !== "vVersion" && !isOver) fields.set(key, { value: parts[at + 1], expiry });
    }
    return fields;
  }

  writeFields() {
    const texts = [...this.fields].map(
      ([key, { value, expiry }]) => `${expiry === null ? key : `${key}-${expiry}`}|${value}`,
    );
    const digest = hash(`${VERSION}${this.server}https`);
    const value = [digest, ...texts, "vVersion", VERSION].join("|");
    writeCookie(this.cookieName, value, TWO_YEARS_SECONDS, siteDomain());
  }
}

function syncMessage({ id, tag, url, ttl }) {
  const parts = ["ibs", id, tag].map(encodeURIComponent);
  const urls = url.map(encodeURIComponent).join(",");
  return [...parts, urls, encodeURIComponent(ttl), "", "", "true", "false"].join("|");
}

function parseObject(text) {
  try {
    const value = JSON.parse(text);
    return typeof value === "object" ? value : null;
  } catch {
    return null;
  }
}

function makeMid() {
  const half = () => {
    const digits = Array.from({ length: 18 }, () => Math.floor(Math.random() * 10));
    return Math.floor(Math.random() * 9) + digits.join("");
  };
  return half() + half();
}

const seconds = () => Math.floor(Date.now() / 1000);
const today = () => Math.floor(Date.now() / 86400000);
const siteDomain = () => location.hostname.split(".").slice(-2).join(".");
const hash = (text) => {
  let sum = 0;
  for (const letter of text) sum = (Math.imul(sum, 31) + letter.charCodeAt(0)) | 0;
  return sum;
};

globalThis.Visitor = Visitor;
