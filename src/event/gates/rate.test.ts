import assert from "node:assert/strict";
import { test } from "node:test";
import { buildWorld, callOf } from "../../../test/support/event-world.ts";
import { PROTOCOL_WORKSPACE } from "../../../test/support/protocol-vectors.ts";
import { handleEvent } from "../handle-event.ts";

/** The codes of calls from these addresses, one call a minute for each of them. */
async function codesFrom(
  addresses: readonly string[],
  ipObfuscation: "none" | "all",
): Promise<readonly (number | undefined)[]> {
  const rateLimit = { perId: 100, perAddress: 1, windowSeconds: 60, mode: "soft" };
  const world = buildWorld({
    ...PROTOCOL_WORKSPACE,
    settings: { ...PROTOCOL_WORKSPACE.settings, rateLimit },
    partners: PROTOCOL_WORKSPACE.partners.map((partner) => ({ ...partner, ipObfuscation })),
  });
  const codes = [];
  for (const address of addresses) {
    const reply = await handleEvent(world, callOf("/event?d_rtbd=json", { address }));
    codes.push(reply.errors[0]?.code);
  }
  return codes;
}

const NEIGHBOURS = ["192.0.2.1", "192.0.2.2", "::ffff:192.0.2.1", "198.51.100.1"];

test("each address has a limit of its own, however a socket spells it", async () => {
  assert.deepEqual(await codesFrom(NEIGHBOURS, "none"), [undefined, undefined, 307, undefined]);
});

test("where addresses are shortened, those that look alike are counted together", async () => {
  assert.deepEqual(await codesFrom(NEIGHBOURS, "all"), [undefined, 307, 307, undefined]);
});
