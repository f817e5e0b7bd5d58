import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { decodePhoto } from "../../lib/scan/mod.ts";
import { ttt, withFolder } from "./support.ts";

Deno.test("worlds writes a contact sheet of each requested domain", () =>
  withFolder(async (folder) => {
    const domains = ["noisy", "everything"];
    const { code, stdout, stderr } = await ttt([
      "worlds",
      ...["--domains", domains.join(","), "--scenes", "1", "--out", folder],
    ]);
    assert.equal(code, 0, stderr);
    for (const domain of domains) {
      const file = join(folder, `rooms-${domain}.png`);
      assert.ok(stdout.includes(file), stdout);
      const { pixels } = await decodePhoto(await readFile(file), file);
      const colours = new Set<number>();
      for (let i = 0; i < pixels.length; i += 3) {
        colours.add(pixels[i]! << 16 | pixels[i + 1]! << 8 | pixels[i + 2]!);
      }
      assert.ok(colours.size > 500, `${domain} has ${colours.size} colours`);
    }
    assert.ok(!stdout.includes("rooms-source"), stdout);
  }));

Deno.test("worlds refuses unknown domains, splits and data sets", async () => {
  const cases: [string[], number, RegExp][] = [
    [["--domains", "shifted"], 2, /'shifted': there are source, terrestrial/],
    [["--split", "exam"], 2, /'exam': there are train, validation, test/],
    [["--scenes", "0"], 2, /--scenes.*1 to 20/],
    [
      ["--benchmark", "caves"],
      1,
      /'caves': it is none of rooms, rooms-sharp, streets, streets-sharp, streets-varied, aerial/,
    ],
    [["--benchmark", "caves.json"], 1, /caves\.json/],
  ];
  for (const [args, expected, message] of cases) {
    const { code, stderr } = await ttt(["worlds", ...args]);
    assert.equal(code, expected, stderr);
    assert.match(stderr, message);
  }
});
