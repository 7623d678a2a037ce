// nginx as a yardstick for the pixel: one worker, and the constant GIF that it holds in memory.

import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { Bench } from "./nodes.ts";
import { SERVER_CORE } from "./server-process.ts";

const READY_TRIES = 100;

/** Serves `empty_gif` for every path. */
export async function startNginx(bench: Bench): Promise<{ readonly url: string }> {
  const folder = join(bench.folder, "nginx");
  mkdirSync(folder);
  const port = await freePort();
  const file = join(folder, "nginx.conf");
  writeFileSync(file, configuration(folder, port));
  const child = spawn(
    "taskset",
    ["-c", String(SERVER_CORE), "nginx", "-c", file, "-p", folder, "-e", join(folder, "error.log")],
    { stdio: "ignore" },
  );
  const ended = new Promise((resolve) => child.once("exit", resolve));
  bench.keep({
    stop: async () => {
      child.kill("SIGTERM");
      await ended;
    },
  });
  const url = `http://127.0.0.1:${port}`;
  for (let tries = 0; tries < READY_TRIES; tries++) {
    if (
      await fetch(url)
        .then((answer) => answer.ok)
        .catch(() => false)
    )
      return { url };
    await wait(50);
  }
  throw new Error("nginx did not become ready.");
}

function configuration(folder: string, port: number): string {
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((name) => `${name}_temp_path ${folder}/${name};`)
    .join("\n  ");
  return `daemon off;
worker_processes 1;
pid ${folder}/nginx.pid;
events { worker_connections 1024; }
http {
  ${temporary}
  access_log off;
  keepalive_requests 1000000000;
  server {
    listen 127.0.0.1:${port};
    location / { empty_gif; }
  }
}
`;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() =>
        resolve(typeof address === "object" && address !== null ? address.port : 0),
      );
    });
  });
}
