/** `segment` over a folder: what a campaign that is run again takes for done. */
import assert from "node:assert/strict";
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { SMALL_STUDENT } from "../small_student.ts";
import { withGpu } from "../gpu.ts";
import { ttt, withFolder } from "./support.ts";

const SCAN = new URL("../../fixtures/scans/format8.laz", import.meta.url);

withGpu(
  "segment goes on with a campaign only where the files of its options are as they were",
  async () => {
    await withFolder(async (folder) => {
      const at = (name: string) => join(folder, name);
      await mkdir(at("survey"));
      await copyFile(SCAN, at("survey/a.laz"));
      await copyFile(SMALL_STUDENT, at("own.safetensors"));
      await writeFile(at("map.json"), '{"2": "floor"}');
      // A folder by its slash, although its name looks like that of a file.
      const run = () =>
        ttt([
          ...["segment", at("survey"), "--out", at("answers.2024/")],
          ...["--student", at("own.safetensors"), "--label-map", at("map.json")],
          ...["--method", "source"],
        ]);
      const first = await run();
      assert.equal(first.code, 0, first.stderr);
      assert.match(first.stdout, /1 of 1 scans labelled, 0 failed; 0 were done before/);
      assert.match((await run()).stdout, /1 were done before/);

      // A campaign that an older program recorded is not labelled anew: it takes the files as they are now.
      const journal = at("answers.2024/campaign.jsonl");
      const recorded = await readFile(journal, "utf8");
      const [settings, ...entries] = recorded.trim().split("\n");
      const { options } = JSON.parse(settings!).settings;
      const older = JSON.stringify({ settings: { options, students: "own.safetensors 1 2" } });
      await writeFile(journal, `${[older, ...entries].join("\n")}\n`);
      const again = await run();
      assert.match(again.stdout, /1 were done before/, again.stderr);

      await writeFile(at("map.json"), '{"2": "wall"}');
      const changed = await run();
      assert.equal(changed.code, 1);
      assert.match(
        changed.stderr,
        /^ttt-kd: Cannot resume .*: content of --label-map was \w+, is now \w+; add --fresh/m,
      );
    });
  },
);
