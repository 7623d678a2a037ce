// The reference of the management API, as a person opens it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { chromium } from "playwright-core";
import { BROWSER_FLAGS, findBrowser } from "../support/browser.ts";
import { startNode } from "../support/start-node.ts";

test("the reference shows every call of the description and loads nothing from anywhere", async () => {
  await using node = await startNode();
  const described = JSON.parse((await node.manage("GET", "/openapi.json")).text);
  assert.equal(described.openapi, "3.1.0");
  const browser = await chromium.launch({
    executablePath: findBrowser(),
    args: [...BROWSER_FLAGS],
    chromiumSandbox: false,
  });
  try {
    const page = await browser.newPage();
    const requested: string[] = [];
    const complaints: string[] = [];
    page.on("request", (request) => requested.push(request.url()));
    page.on("console", (message) => complaints.push(message.text()));
    const address = `${node.manageUrl}/reference`;
    await page.goto(address);
    assert.deepEqual(requested, [address]);
    assert.deepEqual(complaints, []);
    const shown = await page.locator("details > summary").allInnerTexts();
    const expected = Object.entries(described.paths).flatMap(([path, operations]) =>
      Object.keys(operations as object).map((method) => `${method.toUpperCase()} ${path}`),
    );
    assert.ok(expected.length > 30);
    for (const call of expected) {
      assert.ok(
        shown.some((text) => text.replace(/\s+/g, " ").startsWith(`${call} `)),
        call,
      );
    }
    const creation = page.locator("details", { hasText: "Create a trait" });
    await creation.locator("summary").first().click();
    assert.ok(await creation.getByText("dataSourceId").first().isVisible());
  } finally {
    await browser.close();
  }
});
