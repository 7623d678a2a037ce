import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import type { DeviceClaim } from "../event/device-signals/device-facts.ts";
import { DEVICE_KEYS, deviceValue } from "../event/device-signals/device-signals.ts";
import { HARDWARE_TYPES } from "../event/device-signals/hardware.ts";
import { OS_NAMES } from "../event/device-signals/operating-systems.ts";
import { buildDeviceDetector, detectDevice } from "./detect-device.ts";

interface DeviceRow {
  readonly agent: string;
  readonly expect: Readonly<Record<string, string>>;
}

// The file is ours.
const ROWS: readonly DeviceRow[] = JSON.parse(
  readFileSync(new URL("../../cases/devices.json", import.meta.url), "utf8"),
);

const inLowerCase = (names: ReadonlySet<string>): ReadonlySet<string> =>
  new Set([...names].map((name) => name.toLowerCase()));
const OS_VALUES = inLowerCase(OS_NAMES);
const HARDWARE_VALUES = inLowerCase(HARDWARE_TYPES);

function claimOf(agent: string, hints: Partial<DeviceClaim> = {}): DeviceClaim {
  return { agent, platform: "", model: "", isMobile: null, ...hints };
}

function signalsOf(claim: DeviceClaim, detect = detectDevice): Record<string, string> {
  const facts = detect(claim);
  return Object.fromEntries(
    DEVICE_KEYS.flatMap((key) => {
      const value = deviceValue(key, facts);
      return value === null ? [] : [[key, value]];
    }),
  );
}

for (const { agent, expect } of ROWS) {
  test(agent.slice(0, 100), () => assert.deepEqual(signalsOf(claimOf(agent)), expect));
}

test("systems and hardware are of the closed lists, whatever an agent says", () => {
  const words = [...ROWS.flatMap(({ agent }) => agent.split(/(?=[ ;(])/)), "\u0000", "("];
  const agents = fc.array(fc.oneof(fc.constantFrom(...words), fc.string()), { maxLength: 20 });
  fc.assert(
    fc.property(
      agents,
      fc.string(),
      fc.constantFrom("", "K", "Pixel 8"),
      (parts, platform, model) => {
        const facts = detectDevice(claimOf(parts.join(""), { platform, model }));
        assert.ok(facts.osName === null || OS_VALUES.has(facts.osName), String(facts.osName));
        assert.ok(facts.hardwareType === null || HARDWARE_VALUES.has(facts.hardwareType));
        for (const value of Object.values(facts)) assert.notEqual(value, "");
      },
    ),
  );
});

test("a client hint that names a property of every object names no system", () => {
  for (const platform of ["__proto__", "constructor", "hasOwnProperty"]) {
    assert.equal(detectDevice(claimOf("", { platform })).osName, null);
  }
});

const REDUCED =
  "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Mobile Safari/537.36";
const DESKTOP_MODE =
  "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36";
const ON_WINDOWS =
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36";

test("a client hint names the model that the agent hides", () => {
  const signals = signalsOf(claimOf(REDUCED, { platform: "Android", model: "Pixel 8" }));
  assert.equal(signals["d_device_model"], "pixel 8");
  assert.equal(signals["d_device_vendor"], "google");
  assert.equal(signals["d_device_os_version"], "10");
});

test("where a client hint names another system than the agent, the hint counts", () => {
  assert.deepEqual(
    signalsOf(claimOf(DESKTOP_MODE, { platform: "Android" }))["d_device_os_name"],
    "android",
  );
  const windows = signalsOf(claimOf(ON_WINDOWS, { platform: "Windows" }));
  assert.equal(windows["d_device_os_name"], "windows 10");
  const unheardOf = signalsOf(claimOf(ON_WINDOWS, { platform: "Fuchsia" }));
  assert.equal(unheardOf["d_device_os_name"], "windows 10");
});

test("a detector that remembers says what one says that does not", () => {
  const remembering = buildDeviceDetector();
  for (let round = 0; round < 2; round++) {
    for (const { agent, expect } of ROWS) {
      assert.deepEqual(signalsOf(claimOf(agent), remembering), expect);
    }
  }
  const hinted = claimOf(REDUCED, { model: "Pixel 8" });
  assert.deepEqual(signalsOf(hinted, remembering), signalsOf(hinted));
});

test("a detector counts what it remembered and what it had to find out", () => {
  const use = { hits: 0, misses: 0, entries: 0 };
  const remembering = buildDeviceDetector(use);
  for (const agent of [ON_WINDOWS, REDUCED, ON_WINDOWS, ON_WINDOWS]) remembering(claimOf(agent));
  assert.deepEqual(use, { hits: 2, misses: 2, entries: 2 });
});

test("a detector answers more different agents than it remembers", () => {
  const remembering = buildDeviceDetector();
  for (let i = 0; i < 5000; i++) {
    assert.equal(
      remembering(claimOf(`Mozilla/5.0 (Linux; Android ${i}; K) Chrome`)).osVersion,
      String(i),
    );
  }
});
