/** Threads that label by a fake engine: calls, errors, aborts, and their death. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { GpuLostError } from "../../../lib/gpu/mod.ts";
import type { AnswerKind } from "../../../lib/serving/files/answer.ts";
import { writeInput } from "../../../lib/serving/files/input.ts";
import { LabellerLostError } from "../../../lib/serving/labeller/labeller.ts";
import { MissingResultError, readResult } from "../../../lib/serving/files/result.ts";
import {
  WorkerLabeller,
  type WorkerLabellerOptions,
} from "../../../lib/serving/labeller/worker_labeller.ts";
import { ScanError } from "../../../lib/scan/mod.ts";
import { OptionError } from "../../../lib/ttt/option_error.ts";
import type { Progress } from "../../../lib/ttt/progress.ts";
import { fakeApp, fakeLabeller, plyScan } from "../../routes/support.ts";
import { withFolder } from "../queue/support.ts";

const MODULE = new URL("./fake_worker.ts", import.meta.url);
const ATTEMPT = 3;

interface Labelling {
  labeller: WorkerLabeller;
  /** The folder that the thread and its test share. */
  folder: string;
  /** The number of losses in a row, at every pause. */
  losses: number[];
  /** Makes a folder with a scan of a name. */
  input(name: string, options?: Record<string, unknown>, scan?: Uint8Array): Promise<string>;
}

/** Gives `body` a labeller with threads of its own. */
async function withThreads(
  body: (labelling: Labelling) => Promise<void>,
  options: WorkerLabellerOptions = {},
): Promise<void> {
  await withFolder(async (folder) => {
    const losses: number[] = [];
    const pauseAfter = (count: number) => {
      losses.push(count);
      return 1;
    };
    const input = async (name: string, options = {}, scan: Uint8Array = plyScan()) => {
      const inputFolder = join(folder, crypto.randomUUID());
      await mkdir(inputFolder);
      await writeFile(join(inputFolder, "scan"), scan);
      await writeInput(inputFolder, {
        scan: { name, file: "scan" },
        images: [],
        cameras: [],
        options,
      });
      return inputFolder;
    };
    await using labeller = await WorkerLabeller.open({ students: [folder] }, {
      module: MODULE,
      pauseAfter,
      ...options,
    });
    await body({ labeller, folder, losses, input });
  });
}

/** Runs `body` without printing the losses. */
async function quietly(body: () => Promise<void>): Promise<void> {
  const original = console.error;
  console.error = () => {};
  try {
    await body();
  } finally {
    console.error = original;
  }
}

Deno.test("WorkerLabeller labels and answers like an engine in this thread", async () => {
  await withThreads(async ({ labeller, input }) => {
    const here = fakeLabeller();
    assert.deepEqual(labeller.students, here.students);
    assert.equal(labeller.adapterName, "none");
    assert.ok(await labeller.ready());
    await labeller.available();
    const folder = await input("room.ply", { method: "source" });
    const heard: Progress[] = [];
    await labeller.label(folder, ATTEMPT, { onProgress: (progress) => heard.push(progress) });
    assert.deepEqual(heard, [
      { phase: "read" },
      { phase: "adapt", step: 1, steps: 2, loss: 0.5 },
    ]);
    const result = await readResult(folder, ATTEMPT);
    await here.label(folder, ATTEMPT + 1);
    assert.deepEqual(result, await readResult(folder, ATTEMPT + 1));
    for (const kind of ["ply", "las", "json", "labels", "confidence"] as AnswerKind[]) {
      const [{ path, ...rest }, direct] = [
        await labeller.answer(folder, ATTEMPT, kind),
        await here.answer(folder, ATTEMPT + 1, kind),
      ];
      const bytes = await Deno.readFile(path);
      assert.equal(bytes.length, rest.bytes);
      assert.deepEqual(bytes, await Deno.readFile(direct.path));
      const { bytes: size, digest } = direct;
      assert.deepEqual(rest, { bytes: size, digest, converted: null, report: result.report });
    }
  });
});

Deno.test("WorkerLabeller.label() throws what the thread threw, and the thread goes on", async () => {
  await withThreads(async ({ labeller, input, losses }) => {
    const cut = await input("cut.ply", {}, plyScan().slice(0, -5));
    await assert.rejects(labeller.label(cut, ATTEMPT), (error) => {
      assert.ok(error instanceof ScanError);
      assert.equal(error.file, "cut.ply");
      assert.equal(typeof error.offset, "number");
      return true;
    });
    const odd = await input("room.ply", { method: "magic" });
    await assert.rejects(labeller.label(odd, ATTEMPT), (error) => {
      assert.ok(error instanceof OptionError);
      assert.equal(error.field, "method");
      return true;
    });
    await assert.rejects(labeller.answer(cut, ATTEMPT, "json"), MissingResultError);
    assert.deepEqual((await readdir(cut)).sort(), ["input.json", "scan"]);
    await labeller.label(await input("room.ply"), ATTEMPT);
    assert.deepEqual(losses, []);
  });
});

Deno.test("WorkerLabeller.label() stops when it is aborted, with the caller's reason", async () => {
  await withThreads(async ({ labeller, input }) => {
    const control = new AbortController();
    const reason = new Error("the client has gone");
    const onProgress = ({ phase }: Progress) => phase === "adapt" && control.abort(reason);
    const { signal } = control;
    const folder = await input("never ends");
    await assert.rejects(labeller.label(folder, ATTEMPT, { signal, onProgress }), reason);
    assert.deepEqual((await readdir(folder)).sort(), ["input.json", "scan"]);
    await assert.rejects(labeller.label(folder, ATTEMPT, { signal }), reason);
    await labeller.label(await input("room.ply"), ATTEMPT);
  });
});

Deno.test("WorkerLabeller makes answers, and the server responds, while the engine's thread takes no message", async () => {
  await withThreads(async ({ labeller, input, folder }) => {
    const done = await input("room.ply");
    await labeller.label(done, ATTEMPT);
    const held = Promise.withResolvers<void>();
    const labelling = labeller.label(await input("holds its thread"), ATTEMPT, {
      onProgress: ({ phase }) => phase === "adapt" && held.resolve(),
    });
    await held.promise;
    assert.ok(await labeller.ready());
    const { bytes } = await labeller.answer(done, ATTEMPT, "json");
    assert.ok(bytes > 0);
    const live = await fakeApp({ labeller }).app.request("/health/live");
    assert.deepEqual(await live.json(), { status: "live" });
    await writeFile(join(folder, "go"), "");
    await labelling;
  });
});

for (
  const [name, type] of [["dies", LabellerLostError], ["loses the device", GpuLostError]] as const
) {
  Deno.test(`WorkerLabeller starts another thread when one ${name}`, async () => {
    await quietly(() =>
      withThreads(async ({ labeller, input, losses }) => {
        const folder = await input(name);
        await assert.rejects(labeller.label(folder, ATTEMPT), type);
        await labeller.available();
        assert.ok(await labeller.ready());
        await labeller.label(folder, ATTEMPT + 1);
        const { labels } = await readResult(folder, ATTEMPT + 1);
        assert.deepEqual([...labels], [0, 1, 2, 0, 1, 2]);
        assert.deepEqual(losses, [1]);
      })
    );
  });
}

for (const name of ["never ends", "holds its thread"]) {
  Deno.test(`WorkerLabeller starts another thread when one hangs (${name})`, async () => {
    await quietly(() =>
      withThreads(async ({ labeller, input, losses, folder }) => {
        const scan = await input(name);
        await assert.rejects(
          labeller.label(scan, ATTEMPT),
          (error) =>
            error instanceof LabellerLostError &&
            /it reported nothing for 0\.5 s/.test(error.message),
        );
        await writeFile(join(folder, "go"), "");
        await labeller.available();
        assert.ok(await labeller.ready());
        assert.deepEqual(losses, [1]);
      }, { hangSeconds: 0.5 })
    );
  });
}

Deno.test("WorkerLabeller refuses scans while no engine opens, pauses longer each time, and recovers", async () => {
  await quietly(() =>
    withThreads(async ({ labeller, input, losses, folder }) => {
      const scan = await input("room.ply");
      await labeller.label(scan, ATTEMPT);
      await writeFile(join(folder, "broken"), "");
      await assert.rejects(labeller.label(await input("dies"), ATTEMPT), LabellerLostError);
      assert.equal(await labeller.ready(), false);
      await assert.rejects(
        labeller.label(scan, ATTEMPT),
        (error) => error instanceof LabellerLostError && error.retryAfterSeconds >= 1,
      );
      await assert.rejects(labeller.available(AbortSignal.timeout(5)), { name: "TimeoutError" });
      // Scans that are labelled already can be fetched.
      assert.ok((await labeller.answer(scan, ATTEMPT, "labels")).bytes > 0);
      await rm(join(folder, "broken"));
      await labeller.available();
      assert.deepEqual(losses, losses.map((_, i) => i + 1));
      await labeller.label(scan, ATTEMPT);
      await rm(join(folder, "died"));
      await assert.rejects(labeller.label(await input("dies"), ATTEMPT), LabellerLostError);
      await labeller.available();
      assert.equal(losses.at(-1), 1, "a scan was labelled in between");
    })
  );
});

Deno.test("WorkerLabeller closes its engine before it ends the thread", async () => {
  await withFolder(async (folder) => {
    {
      await using labeller = await WorkerLabeller.open({ students: [folder] }, { module: MODULE });
      assert.equal(await labeller.ready(), true);
    }
    assert.ok(existsSync(join(folder, "closed")));
  });
});

Deno.test("WorkerLabeller.open() says what is wrong with the models", async () => {
  await withFolder(async (folder) => {
    await writeFile(join(folder, "broken"), "");
    await assert.rejects(
      WorkerLabeller.open({ students: [folder] }, { module: MODULE }),
      /Cannot open a GPU: it is broken/,
    );
  });
});
