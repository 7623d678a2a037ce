// The signals of the device that a call comes from ("Audience model", Prefixes and platform keys).

import type { DeviceClaim, DeviceFacts } from "./device-facts.ts";

const FACT_BY_KEY = {
  d_device_vendor: "vendor",
  d_device_hardware_type: "hardwareType",
  d_device_os_version: "osVersion",
  d_device_os_name: "osName",
  d_device_model: "model",
  d_device_marketing_name: "marketingName",
  d_device_manufacturer: "manufacturer",
} as const satisfies Readonly<Record<string, keyof DeviceFacts>>;

export type DeviceKey = keyof typeof FACT_BY_KEY;

// Object.keys gives strings; these are the keys of the literal above.
export const DEVICE_KEYS = Object.keys(FACT_BY_KEY) as readonly DeviceKey[];

export function deviceValue(key: DeviceKey, facts: DeviceFacts): string | null {
  return facts[FACT_BY_KEY[key]];
}

/** Characters of an agent that are read. The longest of browsers and apps have about 500. */
const MAX_AGENT_CHARACTERS = 1024;
/** Characters of a client hint that are read. */
const MAX_HINT_CHARACTERS = 64;

/**
 * What a call says of its device. An agent among the parameters is the visitor's, sent on by a server
 * whose own headers say nothing of the visitor.
 */
export function readDeviceClaim(headers: readonly string[], sentOn: string | null): DeviceClaim {
  if (sentOn !== null) return { ...NO_HINTS, agent: sentOn.slice(0, MAX_AGENT_CHARACTERS) };
  let agent = "";
  const hints = { platform: "", model: "", mobile: "" };
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const value = headers[i + 1] ?? "";
    switch (headers[i]?.toLowerCase()) {
      case "user-agent":
        agent ||= value.slice(0, MAX_AGENT_CHARACTERS);
        break;
      case "sec-ch-ua-platform":
        hints.platform = unquote(value);
        break;
      case "sec-ch-ua-model":
        hints.model = unquote(value);
        break;
      case "sec-ch-ua-mobile":
        hints.mobile = value.trim();
        break;
    }
  }
  const isMobile = hints.mobile === "?1" ? true : hints.mobile === "?0" ? false : null;
  return { agent, platform: hints.platform, model: hints.model, isMobile };
}

const NO_HINTS = { platform: "", model: "", isMobile: null } as const;

/** A structured header's string; one that is none, or too long, says nothing. */
function unquote(value: string): string {
  const text = /^\s*"([^"\\]*)"\s*$/.exec(value)?.[1] ?? "";
  return text.length > MAX_HINT_CHARACTERS ? "" : text;
}
