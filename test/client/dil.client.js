// What DIL does on the wire, in a few lines of our own: it posts signals to `/event`, writes the cookies
// it is told and hands URL destinations to the visitor API's iframe.

const DIL_VERSION = "9.5";
const DAY_SECONDS = 86400;
const DEFAULT_LIFE_DAYS = 180;

class Dil {
  constructor({ partner, visitor, host = `${partner}.demdex.net` }) {
    this.partner = partner;
    this.visitor = visitor;
    this.host = host;
    this.isStuck = false;
  }

  /** Resolves with status, headers and answer. An answer without an object ends all later sending. */
  submit(signals, declaredIds = []) {
    if (this.isStuck) return Promise.reject(new Error("an earlier answer blocked the queue"));
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      const address = `https://${this.host}/event?d_dil_ver=${DIL_VERSION}&_ts=${Date.now()}`;
      request.open("POST", address, true);
      request.withCredentials = true;
      request.setRequestHeader("Content-Type", "application/x-www-form-urlencoded");
      request.onload = () => {
        try {
          const answer = JSON.parse(request.responseText);
          this.takeIn(answer);
          resolve({ status: request.status, answer });
        } catch (fault) {
          this.isStuck = true;
          reject(fault);
        }
      };
      request.onerror = () => reject(new Error("the request failed"));
      request.send(this.body(signals, declaredIds));
    });
  }

  body(signals, declaredIds) {
    const mid = this.visitor?.get("MCMID");
    const pairs = Object.entries(signals).flatMap(([key, value]) =>
      [value].flat().map((one) => `${encodeURIComponent(key)}=${encodeURIComponent(one)}`),
    );
    return [
      ...(mid ? [`d_mid=${mid}`] : []),
      `d_nsid=${this.visitor?.container ?? 0}`,
      ...declaredIds.map(
        ([code, id, state]) =>
          `d_cid_ic=${encodeURIComponent(code)}%01${encodeURIComponent(id)}%01${state ?? 0}`,
      ),
      `d_ld=_ts%3D${Date.now()}`,
      ...["d_rtbd=json", "d_jsonv=1", "d_dst=1"],
      ...pairs,
      `h_referer=${encodeURIComponent(location.href)}`,
    ].join("&");
  }

  takeIn({ stuff = [], dests = [], uuid }) {
    for (const { cn, cv, ttl, dmn } of stuff) {
      const days = ttl === undefined || ttl === "" ? DEFAULT_LIFE_DAYS : ttl;
      const domain = dmn || location.hostname.replace(/^www\./, "");
      const value = cv.replaceAll(" ", "%20").replaceAll(";", "%3B");
      // biome-ignore lint/suspicious/noDocumentCookie: as the clients do.
      document.cookie = `${cn}=${value}; Max-Age=${days * DAY_SECONDS}; Path=/; Domain=${domain}; Secure`;
    }
    if (uuid !== undefined) writeCookie("aam_did", uuid, 100 * DAY_SECONDS, location.hostname);
    if (dests.length === 0 || this.visitor === undefined) return;
    this.visitor.attach(this.partner);
    for (const { id, y, c } of dests) {
      const fields = ["dests", id, y, c].map(encodeURIComponent);
      this.visitor.post("---destpub---", fields.join("|"));
    }
  }
}

globalThis.Dil = Dil;
