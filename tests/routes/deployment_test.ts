/** The files in `routes/deployment` name what exists: no container engine is needed to find that out. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { variableOf } from "../../lib/cli/environment.ts";
import { command } from "../../lib/commands/serve.ts";
import { DEFAULT_LIMITS } from "../../lib/serving/server.ts";

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

Deno.test("the Dockerfile asks for health at the port that the variable sets", async () => {
  const dockerfile = Deno.readTextFileSync(new URL("Dockerfile", FOLDER));
  const [, ...args]: string[] = JSON.parse(/^HEALTHCHECK .*CMD (.*)$/m.exec(dockerfile)![1]!);
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    (request) => new Response(null, { status: request.url.endsWith("/health/live") ? 200 : 404 }),
  );
  const health = async (port: number) =>
    (await new Deno.Command(Deno.execPath(), {
      args,
      env: { TTTKD_SERVE_PORT: `${port}` },
      stderr: "null",
    }).output()).code;
  assert.equal(await health(server.addr.port), 0);
  // Nobody listens at port 1.
  assert.equal(await health(1), 1);
});

Deno.test("the unit of systemd does not start again what was called wrongly", () => {
  const unit = Deno.readTextFileSync(new URL("ttt-kd.service", FOLDER));
  // The code of main.ts for wrong usage.
  assert.match(unit, /^RestartPreventExitStatus=2$/m);
});

Deno.test("what stops the server waits longer than the server does", () => {
  const text = (name: string) => Deno.readTextFileSync(new URL(name, FOLDER));
  const number = (name: string, pattern: RegExp) => Number(pattern.exec(text(name))![1]);
  const shipped = [
    ["compose.yaml", /TTTKD_SERVE_GRACE: (\d+)/, /stop_grace_period: (\d+)s/],
    ["ttt-kd.service", /TTTKD_SERVE_GRACE=(\d+)/, /TimeoutStopSec=(\d+)/],
  ] as const;
  const times = shipped.map(([name, grace, kill]) => [number(name, grace), number(name, kill)]);
  // `docker stop` kills after 10 seconds where nobody says otherwise.
  times.push([DEFAULT_LIMITS.graceSeconds, 10]);
  // Two seconds for the last answers, two for the files of those that are cut off, and some to close the GPU.
  for (const [grace, kill] of times) assert.ok(grace! + 4 < kill!, `${grace} of ${kill}`);
});
