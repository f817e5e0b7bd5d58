/** A confined server can do what it needs and nothing else. */
import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type ConfinedServer, permissionsOf } from "../../lib/cli/confine.ts";
import { notesFolder } from "../../lib/kernel_choice/mod.ts";
import { withFolder } from "../commands/support.ts";

const PROBE = fileURLToPath(new URL("confined_probe.ts", import.meta.url));
const MODELS = fileURLToPath(new URL("../../fixtures/students", import.meta.url));

const server = (given: Partial<ConfinedServer> = {}): ConfinedServer => ({
  host: "127.0.0.1",
  port: 8080,
  data: ".ttt-kd",
  models: [],
  files: [],
  ...given,
});

/** The value of one of Deno's options. */
const grant = (name: string, given: Partial<ConfinedServer>): string[] =>
  permissionsOf(server(given)).find((option) => option.startsWith(`--allow-${name}=`))
    ?.split("=")[1]?.split(",") ?? [];

Deno.test("a confined server reads its models, writes its folder, listens, and can do nothing else", async () => {
  await withFolder(async (folder) => {
    const [data, home] = [join(folder, "data"), join(folder, "home")];
    const secret = join(home, ".ssh", "id.ts");
    await mkdir(data);
    await mkdir(join(home, ".ssh"), { recursive: true });
    await writeFile(secret, "export default 1;");
    const other = createServer((_, response) => response.end());
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    try {
      const otherPort = (other.address() as AddressInfo).port;
      const permissions = permissionsOf(server({ port: 0, data }));
      const run = async (options: string[]) => {
        const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
          args: ["run", "--no-prompt", "--cached-only", ...options, PROBE]
            .concat(MODELS, data, secret, "0", `${otherPort}`),
          env: { HOME: home, NO_COLOR: "1" },
        }).output();
        const decoder = new TextDecoder();
        try {
          return JSON.parse(decoder.decode(stdout));
        } catch {
          throw new Error(decoder.decode(stderr));
        }
      };
      assert.deepEqual(await run(permissions), ["readModels", "writeData", "listen"]);
      // The probe is able to do the rest.
      const free = await run(["-A"]);
      assert.ok(
        ["readSecret", "connectElsewhere", "runProgram"].every((name) => free.includes(name)),
      );
    } finally {
      await new Promise((resolve) => other.close(resolve));
    }
  });
});

Deno.test("permissionsOf() follows the options", () => {
  assert.deepEqual(grant("net", {}), ["127.0.0.1:8080"]);
  assert.deepEqual(grant("net", { host: "::1" }), ["[::1]:8080"]);
  assert.deepEqual(grant("net", { host: "0.0.0.0", queue: "redis://me:word@10.0.0.2" }), [
    "0.0.0.0:8080",
    "127.0.0.1:8080",
    "10.0.0.2:6379",
  ]);
  assert.ok(grant("net", { host: "localhost" }).includes("[::1]:8080"));
  assert.throws(() => grant("net", { host: "gpu.example" }), /give an address/);
  assert.deepEqual(grant("write", { data: "/somewhere/else" }), [
    "/somewhere/else",
    notesFolder(),
  ]);
  assert.throws(() => grant("write", { data: "/a,b" }), /a comma/);
  const own = [`${MODELS}/rooms-joint.safetensors`, "rooms-parts"];
  const read = grant("read", { models: own, files: ["/run/token"] });
  assert.ok(read.includes(MODELS));
  assert.ok(read.includes("/run/token"));
  assert.ok(!read.some((path) => path.endsWith("rooms-parts")), "names are no paths");
  for (const option of permissionsOf(server())) {
    assert.match(option, /^--allow-(net|read|write|env|sys)=./, "nothing is allowed in general");
  }
});
