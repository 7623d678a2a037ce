// Names of operating systems: the platform's closed list, and how agents and client hints spell them
// ("Audience model", Prefixes and platform keys).

import type { DeviceClaim, ParsedAgent } from "./device-facts.ts";

/** The closed list. Values of signals are these in lower case. */
export const OS_NAMES: ReadonlySet<string> = new Set([
  ...["AMX", "Android", "Asha platform", "Bada", "Brew", "Chrome OS", "Enea OSE", "Firefox OS"],
  ...["L4", "LG proprietary", "Linux", "Linux - Arch", "Linux - CentOS", "Linux - Debian"],
  ...["Linux - Fedora", "Linux - Mint", "Linux - Red Hat", "Linux - Slackware", "Linux - Ubuntu"],
  ...["Linux - openSUSE", "Mac OS", "Maemo", "MeeGo", "Nokia OS", "Nucleus", "OS X", "Other"],
  ...["Palm OS", "RIM", "Rex", "Sailfish", "Samsung proprietary", "Sony Ericsson proprietary"],
  ...[
    "Symbian",
    "Tizen",
    "VRTX",
    "Windows",
    "Windows 10",
    "Windows 2000",
    "Windows 7",
    "Windows 8",
  ],
  ...[
    "Windows 8.1",
    "Windows Mobile",
    "Windows Phone",
    "Windows RT",
    "Windows Vista",
    "Windows XP",
  ],
  ...["iOS", "webOS"],
]);

/** What a parser of agents takes for something more general. The first that fits wins; `$1` is the version. */
const SPECIAL: readonly (readonly [agent: RegExp, name: string])[] = [
  [/\bWindows Phone(?: OS)? (\d[\d.]*)/i, "Windows Phone"],
  [/\bWindows (?:CE|Mobile)\b/i, "Windows Mobile"],
  [/\bWindows NT ([\d.]+);.*\bARM;/, "Windows RT"],
  [/\bTizen[ /]?(\d[\d.]*)?/i, "Tizen"],
  [/\bSailfish\b/, "Sailfish"],
  [/\bMaemo\b/, "Maemo"],
  [/\bMeeGo\b/, "MeeGo"],
  [/\bNokia[^ /]*\/.*\bAsha\b|\bAshaPlatform\b/i, "Asha platform"],
  [/\bSymbian(?:OS)?\/?(\d[\d.]*)?|\bSeries ?60\b/i, "Symbian"],
  [/\bSeries ?40\b/i, "Nokia OS"],
  [/\bKAIOS\/([\d.]+)/, "Other"],
  [/^Mozilla\/5\.0 \((?:Mobile|Tablet|TV)(?:;[^;)]+)?; rv:[\d.]+\) Gecko\//, "Firefox OS"],
  [/\bRIM Tablet OS (\d[\d.]*)/, "RIM"],
  [/\b(?:BlackBerry|BB10)\b(?:.*?Version\/(\d[\d.]*))?/, "RIM"],
  [/\bBREW[ /]?(\d[\d.]*)?/i, "Brew"],
  [/\bPalm ?OS\b/i, "Palm OS"],
  [/\bBada\/(\d[\d.]*)/i, "Bada"],
  [/\b(?:web|hpw)[o0]s(?:\/(\d[\d.]*))?/i, "webOS"],
  [/\bMac_PowerPC\b|\bPPC Mac OS(?! X)/, "Mac OS"],
  [/\bCrOS \S+ (\d[\d.]*)/, "Chrome OS"],
  [/\bUbuntu(?:\/(\d[\d.]*))?/, "Linux - Ubuntu"],
  [/\bFedora(?:\/(\d[\d.]*))?/, "Linux - Fedora"],
  [/\bDebian\b/, "Linux - Debian"],
  [/\bCentOS\b/, "Linux - CentOS"],
  [/\bRed Hat\b/, "Linux - Red Hat"],
  [/\bLinux Mint(?:\/(\d[\d.]*))?/, "Linux - Mint"],
  [/\bopenSUSE\b/i, "Linux - openSUSE"],
  [/\bSlackware\b/, "Linux - Slackware"],
  [/\bArch ?Linux\b/, "Linux - Arch"],
  [/\b(?:FreeBSD|OpenBSD|NetBSD|SunOS|PlayStation|Nintendo|HarmonyOS|OpenHarmony|Roku)\b/, "Other"],
];

/** Our names for those of the parser and of the client hint `Sec-CH-UA-Platform`. A map: callers may send "constructor". */
const OURS: ReadonlyMap<string, string> = new Map([
  ["android", "Android"],
  ["chrome os", "Chrome OS"],
  ["chromeos", "Chrome OS"],
  ["chromium os", "Chrome OS"],
  ["ios", "iOS"],
  ["linux", "Linux"],
  ["macos", "OS X"],
  ["windows", "Windows"],
]);

const WINDOWS_RELEASES: ReadonlySet<string> = new Set([
  "10",
  "2000",
  "7",
  "8",
  "8.1",
  "Vista",
  "XP",
]);

export interface OperatingSystem {
  /** Of the closed list; null where it cannot be told. */
  readonly name: string | null;
  readonly version: string | null;
}

const UNKNOWN: OperatingSystem = { name: null, version: null };

/** What the agent says, unless the client hint names another system: agents of browsers that hide lie, hints do not. */
export function operatingSystemOf(claim: DeviceClaim, parsed: ParsedAgent): OperatingSystem {
  const fromAgent = agentsSystem(claim.agent, parsed);
  const hinted = OURS.get(claim.platform.toLowerCase()) ?? null;
  const agrees = hinted === null || fromAgent.name?.startsWith(hinted) === true;
  return agrees ? fromAgent : { name: hinted, version: null };
}

function agentsSystem(agent: string, parsed: ParsedAgent): OperatingSystem {
  for (const [pattern, name] of SPECIAL) {
    const found = pattern.exec(agent);
    if (found !== null) return { name, version: found[1] ?? null };
  }
  const name = OURS.get(parsed.os.toLowerCase());
  if (name === undefined) return UNKNOWN;
  if (name === "Windows") return windowsOf(parsed);
  return { name, version: asSpelled(parsed.osVersion, agent) };
}

function windowsOf({ osVersion, osRelease }: ParsedAgent): OperatingSystem {
  const name = WINDOWS_RELEASES.has(osRelease) ? `Windows ${osRelease}` : "Windows";
  const version = /\d[\d.]*/.exec(osVersion)?.[0] ?? null;
  return { name, version };
}

/** With the underscores of the agent, where it has them: the documented sample is `5_0`. */
function asSpelled(version: string, agent: string): string | null {
  if (version === "") return null;
  const underscored = version.replaceAll(".", "_");
  return agent.includes(underscored) ? underscored : version;
}
