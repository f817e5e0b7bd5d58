/** The files in `routes/deployment` name what exists: no container engine is needed to find that out. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { variableOf } from "../../lib/cli/environment.ts";
import { command } from "../../lib/commands/serve.ts";

const ROOT = new URL("../../", import.meta.url);
const FOLDER = new URL("routes/deployment/", ROOT);

Deno.test("files of routes/deployment set variables that serve knows", () => {
  const known = Object.keys(command.options).map((option) =>
    variableOf(command.environment!, option)
  );
  let count = 0;
  for (const { name } of Deno.readDirSync(FOLDER)) {
    const text = Deno.readTextFileSync(new URL(name, FOLDER));
    for (const [variable] of text.matchAll(/\bTTTKD_SERVE_\w+/g)) {
      assert.ok(known.includes(variable), `${name} sets ${variable}`);
      count++;
    }
  }
  assert.ok(count >= 6, `${count}`);
});

Deno.test("the Dockerfile copies what exists, and takes the Deno of the README", () => {
  const dockerfile = Deno.readTextFileSync(new URL("Dockerfile", FOLDER));
  const copied = [...dockerfile.matchAll(/^COPY (.+) \S+$/gm)].flatMap(([, names]) =>
    names!.split(" ")
  );
  assert.ok(copied.includes("main.ts") && copied.includes("fixtures"));
  for (const name of copied) assert.ok(existsSync(new URL(name, ROOT)), name);
  const sent = Deno.readTextFileSync(new URL("Dockerfile.dockerignore", FOLDER));
  assert.deepEqual(
    sent.trim().split("\n").slice(1).map((line) => line.slice(1)).sort(),
    copied.toSorted(),
  );
  const readme = Deno.readTextFileSync(new URL("README.md", ROOT));
  const version = /deno@([\d.]+)/.exec(readme)![1]!;
  assert.match(dockerfile, new RegExp(`^FROM denoland/deno:debian-${version}$`, "m"));
});

Deno.test("nginx.conf gives the headers of an answer more than the 4 KiB that nginx takes by itself", () => {
  const text = Deno.readTextFileSync(new URL("nginx.conf", FOLDER));
  assert.ok(Number(/^ +proxy_buffer_size (\d+)k;$/m.exec(text)?.[1]) > 4);
});
