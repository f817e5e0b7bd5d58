/** Commands that do real work, on a small room: serve, segment, train. */
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { camerasToJson, decodePhoto, encodePng, readScan } from "../../lib/scan/mod.ts";
import { readStudent } from "../../lib/models/students.ts";
import type { ScanReport } from "../../lib/segment/report/report.ts";
import { roomScene } from "../../lib/worlds/rooms/mod.ts";
import { withGpu } from "../gpu.ts";
import { listening, program, runAll, ttt, withFolder } from "./support.ts";

withGpu("segment writes the labelled scan, the report and the picture", async (gpu) => {
  const scene = await roomScene(gpu, { domain: "noisy", split: "validation", index: 2 });
  await withFolder(async (folder) => {
    const at = (name: string) => join(folder, name);
    await writeFile(at("room.ply"), scene.scan.bytes);
    await writeFile(at("cameras.json"), camerasToJson(scene.cameras));
    for (const photo of scene.photos) await writeFile(at(photo.name), encodePng(photo));
    const { code, stderr } = await ttt([
      "segment",
      at("room.ply"),
      ...["--images", folder, "--cameras", at("cameras.json"), "--steps", "2"],
      ...["--voxel-size", "0.8", "--options", '{"augmentations": 0, "guard": 100}'],
      ...["--out", at("out.las"), "--report", at("report.json"), "--picture", at("picture.png")],
    ]);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /KD loss \d\.\d+ to \d\.\d+ in 2 steps; 8 photographs saw \d+ points/);
    const answer = await readScan(await readFile(at("out.las")), "out.las");
    assert.equal(answer.format, "las");
    assert.equal(answer.count, scene.scan.count);
    const report: ScanReport = JSON.parse(await readFile(at("report.json"), "utf8"));
    assert.equal(report.method, "ttt-kd-fusion");
    assert.equal(report.steps, 2);
    assert.ok((await decodePhoto(await readFile(at("picture.png")), "picture")).width > 2 * 400);
  });
});

withGpu("segment answers LAZ with LAS, says so, and adds dimensions on request", async () => {
  await withFolder(async (folder) => {
    const laz = new URL("../../fixtures/scans/paged.copc.laz", import.meta.url).pathname;
    const out = join(folder, "out.las");
    const { code, stderr } = await ttt([
      // A thousand points that are scattered over 15 square kilometres are no survey, which they would be taken for.
      ...["segment", laz, "--student", "streets", "--method", "source"],
      ...["--extra-bytes", "--instances", "--out", out],
    ]);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /out\.las is LAS: paged\.copc\.laz was LAZ/);
    const answer = await Deno.readFile(out);
    assert.equal((await readScan(answer, "out.las")).count, 1065);
    const pointsAt = new DataView(answer.buffer, answer.byteOffset).getUint32(96, true);
    assert.match(
      new TextDecoder("latin1").decode(answer.subarray(0, pointsAt)),
      /confidence[^]*instance/,
    );
    assert.match(stderr, /^objects: (none|\d+ \w+)/m);
  });
});

Deno.test("segment refuses options that are not an object", async () => {
  const bad = ["guard=3", "[3]", "null"];
  const ended = await runAll(bad.map((text) => ["segment", "scan.ply", "--options", text]));
  for (const { code, stderr } of ended) {
    assert.equal(code, 2);
    assert.match(stderr, /--options to .* it is not a JSON object/);
  }
});

Deno.test("train writes a checkpoint that can be opened", async () => {
  await withFolder(async (folder) => {
    const config = join(folder, "tiny.json");
    const out = join(folder, "tiny.safetensors");
    const settings = {
      id: "tiny",
      backbone: "MinkUNet14Tiny",
      scenes: 2,
      epochs: 1,
      voxelSize: 0.5,
    };
    await writeFile(config, JSON.stringify(settings));
    const { code, stderr } = await ttt(["train", config, "--out", out]);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /training 1\/1 CE \d/);
    const { card } = await readStudent(out);
    assert.equal(card.id, "tiny");
    assert.equal(card.classes.length, 13);
  });
});

Deno.test("serve labels a scan in a confined process, and answers until it is stopped", async () => {
  await withFolder(async (folder) => {
    await using process = program(
      ["serve", "--port", "0", "--data", folder],
      { TTTKD_TOKEN: "T" },
    ).spawn();
    const { url, rest } = await listening(process);
    const ready = await fetch(`${url}/health/ready`);
    assert.deepEqual(await ready.json(), { status: "ready" });
    const models = await fetch(`${url}/v1/models`, { headers: { authorization: "Bearer T" } });
    assert.equal((await models.json()).students.length, 3);
    const laz = await readFile(new URL("../../fixtures/scans/format8.laz", import.meta.url));
    const labelled = await fetch(`${url}/v1/segment`, {
      method: "POST",
      body: laz,
      headers: { authorization: "Bearer T" },
    });
    assert.equal(labelled.status, 200, await labelled.text());
    const unknown = await fetch(`${url}/v1/jobs/x`, { headers: { authorization: "Bearer T" } });
    assert.equal((await unknown.json()).status, 404);
    process.kill("SIGTERM");
    const [{ code }, said, permissions] = await Promise.all([
      process.status,
      Array.fromAsync(rest.values()),
      new Response(process.stderr).text(),
    ]);
    assert.equal(code, 0);
    assert.match(permissions, /^serve runs with --allow-net=127\.0\.0\.1:[1-9]\d* --allow-read=/);
    assert.match(said.join(""), /stopping/);
  });
});

for (
  const [where, options] of [["a confined process", []], ["its own process", [
    "--unconfined",
  ]]] as const
) {
  Deno.test(`serve in ${where} takes no new work after a signal, and ends at once after a second one`, async () => {
    await withFolder(async (folder) => {
      await using process = program(
        [
          "serve",
          "--port",
          "0",
          "--data",
          folder,
          "--grace",
          "600",
          "--student",
          "rooms",
          ...options,
        ],
        { TTTKD_TOKEN: "T" },
      ).spawn();
      const { url, rest } = await listening(process);
      const said = Array.fromAsync(rest.values());
      const errors = new Response(process.stderr).text();
      // An upload that does not end keeps the server from stopping.
      const body = new ReadableStream({
        start: (controller) => controller.enqueue(new TextEncoder().encode("ply\n")),
      });
      const headers = { authorization: "Bearer T" };
      const upload = fetch(`${url}/v1/segment`, { method: "POST", body, headers })
        .then((answer) => answer.status, () => "cut off");
      await new Promise((resolve) => setTimeout(resolve, 300));
      process.kill("SIGTERM");
      for (let status = 200; status !== 503;) {
        const ready = await fetch(`${url}/health/ready`);
        await ready.body?.cancel();
        status = ready.status;
      }
      process.kill("SIGTERM");
      const [{ code }, lines, log] = await Promise.all([process.status, said, errors]);
      assert.notEqual(code, 0, lines.join("") + log);
      assert.equal(await upload, "cut off");
    });
  });
}
