// Whose device it is: the brand and the model that an agent or a client hint names.

import type { DeviceClaim } from "./device-facts.ts";

export interface Brand {
  readonly vendor: string | null;
  readonly model: string | null;
  /** The name it is sold under, where the agent holds it. */
  readonly marketingName: string | null;
  /** Who makes it, where that is another than who sells it. */
  readonly manufacturer: string | null;
}

const NO_BRAND: Brand = { vendor: null, model: null, marketingName: null, manufacturer: null };

/** Devices whose agent names them outright: vendor, then model, which is the marketing name too. */
const NAMED: readonly (readonly [agent: RegExp, vendor: string, model: string | null])[] = [
  [/\biPhone\b(?=[;,])|\biPhone(?=\d)/, "Apple", "iPhone"],
  [/\biPad\b(?=[;,])|\biPad(?=\d)/, "Apple", "iPad"],
  [/\biPod(?: touch)?\b(?=[;,])/, "Apple", "iPod touch"],
  [/\bApple ?TV/, "Apple", "Apple TV"],
  [/\bMacintosh\b|\bMac_PowerPC\b/, "Apple", null],
  [/\bPlayStation 5\b/i, "Sony", "PlayStation 5"],
  [/\bPlayStation 4\b/i, "Sony", "PlayStation 4"],
  [/\bPlayStation 3\b/i, "Sony", "PlayStation 3"],
  [/\bPlayStation Vita\b/i, "Sony", "PlayStation Vita"],
  [/\bXbox Series X\b/i, "Microsoft", "Xbox Series X"],
  [/\bXbox One\b/i, "Microsoft", "Xbox One"],
  [/\bXbox\b/i, "Microsoft", "Xbox"],
  [/\bNintendo Switch\b/i, "Nintendo", "Switch"],
  [/\bNintendo WiiU\b/i, "Nintendo", "Wii U"],
  [/\bNintendo 3DS\b/i, "Nintendo", "3DS"],
  [/\bKindle\//, "Amazon", "Kindle"],
  [/\bRoku\b/, "Roku", null],
  [/\bCrKey\b/, "Google", "Chromecast"],
  [/\bBB10\b/, "BlackBerry", null],
  [/\bPlayBook\b/, "BlackBerry", "PlayBook"],
  [/\bTouchPad\b/, "HP", "TouchPad"],
  [/\bWeb0S; Linux\/SmartTV\b/, "LG", null],
  [/\bSMART-TV;.*\bTizen\b/, "Samsung", null],
];

/** Brands by what their models are called; for some the model is the name they are sold under. */
const BY_MODEL: readonly (readonly [
  model: RegExp,
  vendor: string,
  marketing: "is-model" | null,
])[] = [
  [/^(?:SM|GT|SGH|SCH|SPH|SHV|EK)-/, "Samsung", null],
  [/^(?:SAMSUNG|Galaxy)\b/i, "Samsung", "is-model"],
  [/^Pixel\b/, "Google", "is-model"],
  [/^Nexus\b/, "Google", "is-model"],
  [/^(?:Redmi|Mi|POCO)\b/i, "Xiaomi", "is-model"],
  [/^(?:M?2[0-9]{3}[A-Z0-9]{4,})$/, "Xiaomi", null],
  [/^(?:HUAWEI|Honor)\b/i, "Huawei", null],
  [/^(?:[A-Z]{3}-(?:L|AL|AN|LX|TL|W|N)[0-9A-Z]{2,3})$/, "Huawei", null],
  [/^moto\b/i, "Motorola", "is-model"],
  [/^XT[0-9]{4}/, "Motorola", null],
  [/^(?:LM|LG|VS)-/i, "LG", null],
  [/^Nokia\b/, "Nokia", "is-model"],
  [/^CPH[0-9]{4}/, "Oppo", null],
  [/^RMX[0-9]{4}/, "Realme", null],
  [/^(?:ONEPLUS\b|(?:AC|BE|DN|DE|GM|HD|IN|KB|LE|NE)[0-9]{4}$)/, "OnePlus", null],
  [/^V[0-9]{4}[A-Z]?$|^vivo\b/, "Vivo", null],
  [/^(?:KF[A-Z]{2,}|AFT[A-Z0-9]+)$/, "Amazon", null],
  [/^(?:XQ-|SO-|SOV|[A-HJ][0-9]{4}$)|^BRAVIA\b/, "Sony", null],
  [/^ASUS_/, "Asus", null],
  [/^HTC\b/, "HTC", "is-model"],
  [/^Lenovo\b/, "Lenovo", null],
  [/^Lumia\b/, "Nokia", "is-model"],
  [/^FP[0-9]$/, "Fairphone", null],
];

/** Who made devices that others sold. */
const MANUFACTURERS: Readonly<Record<string, string>> = {
  "nexus 4": "LG",
  "nexus 5": "LG",
  "nexus 5x": "LG",
  "nexus 6": "Motorola",
  "nexus 6p": "Huawei",
  "nexus 7": "Asus",
  "nexus 9": "HTC",
  "nexus 10": "Samsung",
};

/** Models that say nothing: what browsers put in the place of the true one. */
const HIDDEN_MODEL = /^(?:K|Mobile|Tablet|unknown)?$/i;
/** Between the version of Android and the closing bracket, without languages and builds. */
const ANDROID_MODEL =
  /\bAndroid [\d.]+;(?: [a-z]{2}[-_][A-Za-z]{2};)?(?: HarmonyOS;)? ((?:[^;()]|\([^()]*\))+?)(?: Build\/[^;)]*)?[;)]/;
/** Older agents put the vendor before the model. */
const SAMSUNG_MODEL = /\bSAMSUNG[- ]([A-Z]{2,3}-[A-Z0-9]+)/;
const WINDOWS_PHONE_MODEL = /\bWindows Phone [^)]*; (?:NOKIA|Microsoft); ([^;)]+)\)/i;
const NOKIA_MODEL = /\bNokia_?([A-Z]?[0-9][\w-]*)/;
const BLACKBERRY_MODEL = /\bBlackBerry ?([0-9]{4})\b/;
const MAX_MODEL_CHARACTERS = 64;

export function brandOf({ agent, model: hinted }: DeviceClaim): Brand {
  const named = NAMED.find(([pattern]) => pattern.test(agent));
  if (named !== undefined) {
    const [, vendor, model] = named;
    return { vendor, model, marketingName: model, manufacturer: vendor };
  }
  const nokia = NOKIA_MODEL.exec(agent)?.[1];
  if (nokia !== undefined) return madeBy("Nokia", nokia);
  const samsung = SAMSUNG_MODEL.exec(agent)?.[1];
  if (samsung !== undefined) return madeBy("Samsung", samsung);
  const blackberry = BLACKBERRY_MODEL.exec(agent)?.[1];
  if (blackberry !== undefined) return madeBy("BlackBerry", blackberry);
  const model = modelOf(agent, hinted);
  return model === null ? NO_BRAND : brandOfModel(model);
}

function modelOf(agent: string, hinted: string): string | null {
  const found = WINDOWS_PHONE_MODEL.exec(agent)?.[1] ?? ANDROID_MODEL.exec(agent)?.[1] ?? "";
  const model = (hinted === "" ? found : hinted).trim();
  if (HIDDEN_MODEL.test(model) || model.startsWith("rv:")) return null;
  return model.length > MAX_MODEL_CHARACTERS ? null : model;
}

function brandOfModel(model: string): Brand {
  const brand = BY_MODEL.find(([pattern]) => pattern.test(model));
  if (brand === undefined) return { ...NO_BRAND, model };
  const [, vendor, marketing] = brand;
  const manufacturer = MANUFACTURERS[model.toLowerCase()] ?? vendor;
  return { vendor, model, marketingName: marketing === null ? null : model, manufacturer };
}

function madeBy(vendor: string, model: string): Brand {
  return { vendor, model, marketingName: null, manufacturer: vendor };
}
