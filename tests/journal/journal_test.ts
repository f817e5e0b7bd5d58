import assert from "node:assert/strict";
import { join } from "node:path";
import { parseCell } from "../../lib/eval/cells/cell.ts";
import { Journal } from "../../lib/journal/journal.ts";
import { withFolder } from "../commands/support.ts";
import { cellOf } from "../eval/support.ts";

const KEEP = { fresh: false };

/** Runs `body` on a journal's path. */
function withPath(body: (path: string) => Promise<void>): Promise<void> {
  return withFolder((folder) => body(join(folder, "cells.jsonl")));
}

async function write(path: string, ...keys: string[]): Promise<void> {
  using journal = await Journal.open(path, parseCell, KEEP);
  await journal.settle({ split: "test" });
  for (const key of keys) await journal.append(cellOf({ key }, 3));
}

Deno.test("Journal keeps cells and settings from one run to the next", async () => {
  await withPath(async (path) => {
    await write(path, "a", "b");
    await write(path, "c");
    using journal = await Journal.open(path, parseCell, KEEP);
    assert.deepEqual([...journal.entries.keys()], ["a", "b", "c"]);
    assert.deepEqual(journal.entries.get("b"), cellOf({ key: "b" }, 3));
    assert.deepEqual(journal.settings, { split: "test" });
  });
});

Deno.test("Journal.append() waits until the cell is on disk", async () => {
  await withPath(async (path) => {
    using journal = await Journal.open(path, parseCell, KEEP);
    await journal.append(cellOf({ key: "a" }, 3));
    const text = await Deno.readTextFile(path);
    assert.ok(text.endsWith("\n"));
    assert.equal(JSON.parse(text).key, "a");
  });
});

Deno.test("Journal.open() removes an incomplete last line, wherever it ends", async () => {
  await withPath(async (path) => {
    await write(path, "ä", "b");
    const bytes = await Deno.readFile(path);
    const start = bytes.subarray(0, -1).lastIndexOf(10) + 1;
    for (const cut of [start, start + 1, start + 9, bytes.length - 1]) {
      await Deno.writeFile(path, bytes.subarray(0, cut));
      await write(path, "b");
      assert.deepEqual(await Deno.readFile(path), bytes, `cut at byte ${cut}`);
    }
  });
});

Deno.test("Journal.open() names a damaged line", async () => {
  await withPath(async (path) => {
    await write(path, "a", "b");
    const lines = (await Deno.readTextFile(path)).split("\n");
    await Deno.writeTextFile(path, lines.with(1, '{"key":').join("\n"));
    await assert.rejects(Journal.open(path, parseCell, KEEP), /cells\.jsonl: line 2: .*--fresh/);
    await Deno.writeTextFile(path, lines.with(2, '{"key":"b"}').join("\n"));
    await assert.rejects(
      Journal.open(path, parseCell, KEEP),
      /line 3: variant is missing \(field variant\)/,
    );
  });
});

Deno.test("Journal.open() empties the journal on request", async () => {
  await withPath(async (path) => {
    await write(path, "a");
    using journal = await Journal.open(path, parseCell, { fresh: true });
    assert.equal(journal.entries.size, 0);
    await journal.settle({ split: "validation" });
  });
});

Deno.test("Journal.open() refuses a journal that another run writes to", async () => {
  await withPath(async (path) => {
    using _ = await Journal.open(path, parseCell, KEEP);
    await assert.rejects(Journal.open(path, parseCell, KEEP), /another run is writing/);
  });
});

Deno.test("Journal.settle() names settings that differ, and adds new ones", async () => {
  await withPath(async (path) => {
    await write(path);
    using journal = await Journal.open(path, parseCell, KEEP);
    await journal.settle({ "scenes of noisy": "1" });
    await assert.rejects(
      journal.settle({ split: "validation", "scenes of noisy": "2", other: "x" }),
      /split was test, is now validation; scenes of noisy was 1, is now 2; add --fresh/,
    );
    assert.deepEqual(journal.settings, { split: "test", "scenes of noisy": "1" });
  });
});
