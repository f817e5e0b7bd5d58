/** The demo as a newcomer runs it. */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { decodePhoto, readScan } from "../../lib/scan/mod.ts";
import type { Report } from "../../lib/ttt/types.ts";

const MAIN = fileURLToPath(new URL("../../main.ts", import.meta.url));

Deno.test("demo shows the gain on a scan nobody has seen, within three minutes, and writes it down", async () => {
  const folder = await mkdtemp(join(tmpdir(), "tttkd-"));
  try {
    const start = performance.now();
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", MAIN, "demo", "--out", folder],
      env: { NO_COLOR: "1" },
      stdin: "null",
    }).output();
    const [output, log] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
    assert.equal(code, 0, log);
    assert.ok(performance.now() - start < 180_000);
    assert.match(log!, /adapting 25\/25 KD loss/);

    const report: Report = JSON.parse(await readFile(join(folder, "report.json"), "utf8"));
    const { source, "ttt-kd": adapted } = report.metrics!;
    assert.ok(adapted!.miou > source!.miou);
    assert.match(output!, new RegExp(`source only +${(100 * source!.miou).toFixed(1)} %`));
    assert.match(output!, new RegExp(`TTT-KD, 25 steps +${(100 * adapted!.miou).toFixed(1)} %`));
    assert.equal(output!.match(/step +\d+ +0\.\d{4}/g)?.length, 26);
    for (const phase of Object.keys(report.phases)) {
      assert.match(output!, new RegExp(`${phase} .* s$`, "m"));
    }

    const labelled = await readScan(await readFile(join(folder, "labelled.ply")), "labelled.ply");
    assert.equal(labelled.count, report.scan.points);
    assert.ok(labelled.labels);
    const picture = await decodePhoto(await readFile(join(folder, "before_after.png")), "picture");
    assert.ok(picture.width > 3 * 400);
  } finally {
    await rm(folder, { recursive: true });
  }
});
