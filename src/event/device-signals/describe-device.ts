import { brandOf } from "./brands.ts";
import type { DeviceClaim, DeviceFacts, ParsedAgent } from "./device-facts.ts";
import { hardwareTypeOf } from "./hardware.ts";
import { operatingSystemOf } from "./operating-systems.ts";

/** Nothing is guessed: what an agent does not tell stays null. */
export function describeDevice(claim: DeviceClaim, parsed: ParsedAgent): DeviceFacts {
  if (parsed.platform === "bot") return NO_FACTS;
  const system = operatingSystemOf(claim, parsed);
  const brand = brandOf(claim);
  return {
    vendor: lowerCase(brand.vendor),
    hardwareType: lowerCase(hardwareTypeOf(claim, parsed)),
    osVersion: lowerCase(system.version),
    osName: lowerCase(system.name),
    model: lowerCase(brand.model),
    marketingName: lowerCase(brand.marketingName),
    manufacturer: lowerCase(brand.manufacturer),
  };
}

/** A program that says it is one. */
const NO_FACTS: DeviceFacts = {
  vendor: null,
  hardwareType: null,
  osVersion: null,
  osName: null,
  model: null,
  marketingName: null,
  manufacturer: null,
};

function lowerCase(text: string | null): string | null {
  return text?.toLowerCase() ?? null;
}
