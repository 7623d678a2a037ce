// Kinds of hardware: the platform's closed list, and what agents betray ("Audience model", Prefixes and
// platform keys).

import type { DeviceClaim, ParsedAgent } from "./device-facts.ts";

/** The closed list. Values of signals are these in lower case. */
export const HARDWARE_TYPES: ReadonlySet<string> = new Set([
  ...["Camera", "Data Collection Terminal", "Desktop", "Embedded Network Module", "eReader"],
  ...["Games Console", "Geolocation Tracker", "Glasses", "Media Player", "Mobile Phone"],
  ...["Payment Terminal", "Plug-in Modem", "Set Top Box", "Tablet", "TV", "Wireless Hotspot"],
  ...["Wristwatch"],
]);

/** What a parser of agents takes for something more general, or for nothing. The first that fits wins. */
const SPECIAL: readonly (readonly [agent: RegExp, type: string])[] = [
  [/\b(?:PlayStation|Xbox|Nintendo)\b/i, "Games Console"],
  [/\bKindle\/|\bKobo\b|\bNOOK\b|\bPocketBook\b/i, "eReader"],
  [/\biPod\b/, "Media Player"],
  [/\bRoku\b|\bAppleTV|\bApple TV\b|\bCrKey\b|; AFT[A-Z0-9]+\b|\bMIBOX/i, "Set Top Box"],
  [/\bWatch(?:OS)?\b|; SM-R[0-9]{3}/, "Wristwatch"],
  [/\bGlass \d\b|\bMicroMessenger Glasses\b/, "Glasses"],
  [/; EK-(?:GC|KC)[0-9]{3}/, "Camera"],
  [/\bSmart-?TV\b|\bBRAVIA\b|\bHbbTV\b|\bAndroid TV\b|\bGoogleTV\b|\bNetCast\b|\bViera\b/i, "TV"],
  [/^Mozilla\/\S+ \(X11;|\bMac_PowerPC\b/, "Desktop"],
  [/\bPlayBook\b/, "Tablet"],
  [/\b(?:Symbian|Series ?[46]0|KAIOS|BlackBerry|BB10|MIDP)/i, "Mobile Phone"],
];

const BY_PLATFORM: Readonly<Record<string, string>> = {
  mobile: "Mobile Phone",
  tablet: "Tablet",
  desktop: "Desktop",
  tv: "TV",
};

/** A program that says it is one has no hardware of a visitor's. */
export function hardwareTypeOf(claim: DeviceClaim, parsed: ParsedAgent): string | null {
  if (parsed.platform === "bot") return null;
  const special = SPECIAL.find(([pattern]) => pattern.test(claim.agent))?.[1];
  if (special !== undefined) return special;
  // Browsers on phones say "Mobile", apps need not: an app that does not say it may run on either.
  if (parsed.platform === "tablet" && claim.agent.startsWith("Dalvik/")) return null;
  // A phone that asks for pages as a desktop would says so in the hint only.
  if (claim.isMobile === true && parsed.platform === "desktop") return "Mobile Phone";
  return BY_PLATFORM[parsed.platform] ?? null;
}
