// Tells devices by what their agents say, with the help of a parser that knows thousands of them.

import { getParser } from "bowser";
import { describeDevice } from "../event/device-signals/describe-device.ts";
import type {
  DeviceClaim,
  DeviceDetector,
  DeviceFacts,
  ParsedAgent,
} from "../event/device-signals/device-facts.ts";

/** Claims whose facts are remembered, about half a kilobyte each: most calls repeat one of few hundred agents. */
const MAX_REMEMBERED_CLAIMS = 2000;

/** Told how often what is remembered was of use. */
export interface RememberedUse {
  hits: number;
  misses: number;
  entries: number;
}

/** A detector that remembers what it found out lately. */
export function buildDeviceDetector(
  use: RememberedUse = { hits: 0, misses: 0, entries: 0 },
): DeviceDetector {
  const remembered = new Map<string, DeviceFacts>();
  return (claim) => {
    const key = `${claim.agent}\n${claim.platform}\n${claim.model}\n${claim.isMobile}`;
    const known = remembered.get(key);
    if (known !== undefined) {
      use.hits++;
      return known;
    }
    use.misses++;
    const facts = detectDevice(claim);
    // Forgetting all at once costs a new look at each agent now and then, and needs no order of use.
    if (remembered.size >= MAX_REMEMBERED_CLAIMS) remembered.clear();
    remembered.set(key, facts);
    use.entries = remembered.size;
    return facts;
  };
}

export function detectDevice(claim: DeviceClaim): DeviceFacts {
  return describeDevice(claim, parseAgent(claim.agent));
}

function parseAgent(agent: string): ParsedAgent {
  if (agent === "") return NOTHING;
  // Browser and engine are not asked for: finding them out takes longer than all else together.
  const parser = getParser(agent, true);
  const os = parser.parseOS();
  const { type } = parser.parsePlatform();
  return {
    os: os.name ?? "",
    osVersion: os.version ?? "",
    osRelease: os.versionName ?? "",
    platform: type ?? "",
  };
}

const NOTHING: ParsedAgent = { os: "", osVersion: "", osRelease: "", platform: "" };
