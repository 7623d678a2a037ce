// A certificate of the suite's own, made anew for each run: nothing of it is worth keeping.

import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

export interface Certificate {
  /** Both as PEM. */
  readonly key: string;
  readonly cert: string;
}

const run = promisify(execFile);
const LIFE_DAYS = 2;

/** Signed by itself, for these names; `*.` covers one label. The files go to `folder`. */
export async function makeCertificate(
  folder: string,
  names: readonly string[],
): Promise<Certificate> {
  const keyPath = join(folder, "key.pem");
  const certPath = join(folder, "cert.pem");
  const kind = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  const subject = ["-subj", "/CN=the test suite", "-days", String(LIFE_DAYS)];
  const covered = `subjectAltName=${names.map((name) => `DNS:${name}`).join(",")}`;
  const paths = ["-keyout", keyPath, "-out", certPath];
  try {
    await run("openssl", [...kind, ...subject, "-addext", covered, ...paths]);
  } catch (fault) {
    const isMissing = fault instanceof Error && "code" in fault && fault.code === "ENOENT";
    if (!isMissing) throw fault;
    throw new Error("There is no `openssl` command: install the package of that name.");
  }
  return { key: await readFile(keyPath, "utf8"), cert: await readFile(certPath, "utf8") };
}
