/** The compiled program: what it contains, and that it needs nothing else. */
import assert from "node:assert/strict";
import { mkdir, readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { compileArguments } from "../../lib/commands/compile.ts";
import { readScan } from "../../lib/scan/mod.ts";
import type { ScanReport } from "../../lib/segment/report/report.ts";
import { type Embedded, embedded, gather, packed } from "./embedded.ts";
import { listening, withFolder } from "./support.ts";

let found: Promise<Embedded> | null = null;

/** What is embedded, found out once. */
function contents(): Promise<Embedded> {
  return found ??= embedded();
}

Deno.test("compile embeds the program, its workers, models and packages, and nothing else", async () => {
  await withFolder(async (folder) => {
    const { files, packages } = await contents();
    const binary = await packed(join(folder, "ttt-kd"));
    const covers = (path: string, file: string) =>
      path.endsWith("/*") ? file.startsWith(path.slice(0, -1)) : path === file;
    const left = [...files].filter((file) => !binary.paths.some((path) => covers(path, file)));
    assert.deepEqual(left, [], "not in the binary");
    const more = binary.paths.filter((path) => ![...files].some((file) => covers(path, file)));
    assert.deepEqual(more, [], "only in the binary");
    assert.deepEqual([...binary.packages].sort(), [...new Set(packages.map((p) => p.name))].sort());
    for (
      const kind of [/\.wgsl$/, /_worker\.ts$/, /\.onnx$/, /\.safetensors$/, /viewer\/.*html$/]
    ) {
      assert.ok([...files].some((file) => kind.test(file)), `${kind}`);
    }
  });
});

Deno.test("compile writes into the folder of its caller", async () => {
  const args = await compileArguments("mine/ttt-kd");
  assert.equal(args[args.indexOf("--output") + 1], join(Deno.cwd(), "mine/ttt-kd"));
});

/** The folder that Mesa keeps compiled shaders in. */
function shaderFolder(): string {
  const given = Deno.env.get("MESA_SHADER_CACHE_DIR") ?? Deno.env.get("XDG_CACHE_HOME");
  return given ?? join(homedir(), ".cache");
}

Deno.test("the embedded files alone run the demo and the server", async () => {
  await withFolder(async (folder) => {
    const { app, denoFolder } = await gather(await contents(), folder);
    const [out, temporary, data, home] = ["out", "tmp", "data", "home"]
      .map((name) => join(folder, name)) as [string, string, string, string];
    for (const made of [temporary, home]) await mkdir(made);
    const program = (...args: string[]) =>
      new Deno.Command(Deno.execPath(), {
        args: [
          "run",
          "--cached-only",
          "--no-prompt",
          `--allow-read=${folder}`,
          `--allow-write=${[out, temporary, data].join(",")}`,
          "--allow-env",
          "--allow-sys",
          "--allow-net=127.0.0.1",
          join(app, "main.ts"),
          ...args,
        ],
        cwd: home,
        env: {
          NO_COLOR: "1",
          DENO_DIR: denoFolder,
          HOME: home,
          TMPDIR: temporary,
          // Mesa keeps compiled shaders in the home folder; in an empty one it would compile all of them again.
          MESA_SHADER_CACHE_DIR: shaderFolder(),
        },
        stdin: "null",
        stdout: "piped",
        stderr: "piped",
      });

    const demo = await program(
      ...["demo", "--steps", "1", "--augmentations", "0", "--voxel-size", "0.8", "--out", out],
    ).output();
    assert.equal(demo.code, 0, new TextDecoder().decode(demo.stderr));
    const report: ScanReport = JSON.parse(await readFile(join(out, "report.json"), "utf8"));
    const { source, "ttt-kd-fusion": fused } = report.metrics!;
    assert.ok(fused!.miou > source!.miou);

    await using server = program("serve", "--port", "0", "--data", data).spawn();
    const { url, rest } = await listening(server);
    const get = async (path: string) => {
      const response = await fetch(url + path, { headers: { accept: "text/html, */*" } });
      assert.equal(response.status, 200, path);
      return await response.text();
    };
    await get("/health/ready");
    assert.match(await get("/"), /<html/);
    assert.match(await get("/docs"), /swagger-ui-bundle/);
    assert.ok((await get("/docs/swagger-ui-bundle.js")).length > 1e6);
    const laz = await readFile(new URL("../../fixtures/scans/format8.laz", import.meta.url));
    const answer = await fetch(`${url}/v1/segment`, { method: "POST", body: laz });
    assert.equal(answer.status, 200);
    const labelled = await readScan(new Uint8Array(await answer.arrayBuffer()), "format8.las");
    assert.equal(labelled.count, (await readScan(laz, "format8.laz")).count);
    server.kill("SIGTERM");
    const [{ code }] = await Promise.all([
      server.status,
      Array.fromAsync(rest.values()),
      server.stderr.cancel(),
    ]);
    assert.equal(code, 0);
  });
});
