// Prints docs/conformance.md anew.

import { writeFileSync } from "node:fs";
import { printClaims } from "../test/conformance/print-claims.ts";

writeFileSync(new URL("../docs/conformance.md", import.meta.url), printClaims());
