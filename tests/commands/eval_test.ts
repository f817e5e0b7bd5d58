/** `eval` as a process: the small version from end to end, and runs that are killed and resumed. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { LITE_SIZE } from "../../lib/eval/studies/study_size.ts";
import type { Results, StudyResult } from "../../lib/eval/results/results.ts";
import { readStudent, studentBytes } from "../../lib/models/students.ts";
import { decodePhoto } from "../../lib/scan/mod.ts";
import { SMALL_STUDENT } from "../small_student.ts";
import { program, runAll, ttt, withFolder } from "./support.ts";

async function resultsIn(folder: string): Promise<Results> {
  return JSON.parse(await readFile(join(folder, "results.json"), "utf8"));
}

/** Results without times, which alone may differ from run to run. */
function timeless(results: Results): Omit<Results, "cost" | "date"> {
  const { cost: _, date: __, ...rest } = results;
  return rest;
}

/**
 * Writes the small student of rooms as one of half as large voxels: --lite makes them four times as large again, twice as
 * large as those that it was trained with.
 *
 * @returns the file.
 */
async function smallStudent(folder: string): Promise<string> {
  const student = await readStudent(SMALL_STUDENT);
  const card = { ...student.card, voxelSize: student.card.voxelSize / 2 };
  const file = join(folder, "small.safetensors");
  await Deno.writeFile(file, studentBytes({ ...student, card }));
  return file;
}

Deno.test("eval --lite runs every study and writes results, tables and the report", async () => {
  await withFolder(async (folder) => {
    const at = (name: string) => join(folder, name);
    const { code, stdout, stderr } = await ttt([
      ...["eval", "--lite", "--scenes", "1", "--student", await smallStudent(folder)],
      ...["--out", at("out"), "--cache", at("cache")],
    ]);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /^evaluating \d+\/\d+ .* left$/m);
    assert.match(stdout, /^\| ttt-kd \| \d/m);

    const results = await resultsIn(at("out"));
    assert.deepEqual(results.missing, []);
    assert.deepEqual(
      results.studies.map(({ name }) => name),
      ["main", "steps", "images", "teachers", "online", "ablations", "virtual-views"],
    );
    const study = (name: string): StudyResult =>
      results.studies.find((entry) => entry.name === name)!;
    assert.deepEqual(Object.keys(results.domains), ["source", "noisy"]);
    for (const all of Object.values(results.domains)) {
      const { source, fusion, "fusion, weight 0": start, "ttt-kd": adapted } = all;
      // In these voxels the network alone knows little, and the photographs much.
      assert.ok(source!.miou > 0 && fusion!.miou > 0.4 && fusion!.miou < 1);
      assert.ok(adapted!.pointsSeen > 0.3);
      assert.equal(adapted!.perScene.length, 1);
      const { mean, ci95 } = adapted!.against["source"]!;
      assert.ok(Math.abs(mean - (adapted!.miou - source!.miou)) < 1e-9);
      assert.ok(ci95[0] <= mean && mean <= ci95[1]);
      const gain = adapted!.against["fusion, weight 0"]!.mean;
      assert.ok(Math.abs(gain - (adapted!.miou - start!.miou)) < 1e-9);
    }
    const noisy = results.domains["noisy"]!;
    assert.ok(noisy["ttt-kd"]!.against["source"]!.mean > 0, "TTT-KD gains");
    const [curve] = Object.values(study("steps").domains["noisy"]!).flatMap((r) => r.curve ?? []);
    assert.ok(
      Math.abs(curve!.miou - study("images").domains["noisy"]!["bn"]!.miou) < 1e-9,
      "step 0 is the student with batch statistics",
    );
    assert.deepEqual(Object.values(study("online").changes).flat(), [LITE_SIZE.streamScenes]);
    assert.equal(results.cost["ttt-kd"]!.gradientSteps, LITE_SIZE.most.steps);

    const page = await readFile(at("out/report.html"), "utf8");
    for (const { title } of results.studies) assert.ok(page.includes(`${title}</h2>`), title);
    const pictures = [...page.matchAll(/src="data:image\/png;base64,([^"]+)"/g)];
    assert.equal(pictures.length, 1, "the only shifted scene is the best and the worst");
    for (const [, base64] of pictures) {
      const { width } = await decodePhoto(Uint8Array.fromBase64(base64!), "picture");
      assert.ok(width > 3 * 400);
    }
    assert.match(await readFile(at("out/results.md"), "utf8"), /eval .*--lite/);
  });
});

const SMALL = [
  ...["eval", "--studies", "main", "--methods", "source,bn,ttt-kd-online"],
  ...["--domains", "noisy", "--scenes", "2", "--split", "validation", "--lite"],
];

/** Starts the program, and kills it once its journal has a number of lines. */
async function killedAfter(args: readonly string[], journal: string, lines: number) {
  await using process = program(args).spawn();
  const output = [process.stdout.cancel(), process.stderr.cancel()];
  const written = async () =>
    (await readFile(journal, "utf8").catch(() => "")).split("\n").length - 1;
  let isOver = false;
  const ended = process.status.finally(() => isOver = true);
  while (!isOver && await written() < lines) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  if (!isOver) process.kill("SIGKILL");
  const { signal } = await ended;
  await Promise.all(output);
  assert.equal(signal, "SIGKILL", "it was still running");
}

Deno.test("eval finds the same after kill -9 as undisturbed, and refuses other settings", async () => {
  await withFolder(async (folder) => {
    const at = (name: string) => join(folder, name);
    const student = await smallStudent(folder);
    const args = (out: string) => [
      ...[...SMALL, "--student", student],
      ...["--cache", at("cache"), "--out", at(out)],
    ];
    const whole = await ttt(args("whole"));
    assert.equal(whole.code, 0, whole.stderr);

    const journal = at("killed/cells.jsonl");
    await killedAfter(args("killed"), journal, 4);
    const cut = (await readFile(journal, "utf8")).slice(0, -7);
    await Deno.writeTextFile(journal, cut);
    const partial = await ttt([...args("killed"), "--report"]);
    assert.equal(partial.code, 0, partial.stderr);
    assert.ok((await resultsIn(at("killed"))).missing.length > 0);
    const resumed = await ttt(args("killed"));
    assert.equal(resumed.code, 0, resumed.stderr);
    assert.deepEqual(
      timeless(await resultsIn(at("killed"))),
      timeless(await resultsIn(at("whole"))),
    );
    // Three methods and a step 0, two scenes each.
    assert.equal((await readFile(journal, "utf8")).split("\n").length - 1, 1 + 4 * 2);

    const other = await ttt([...args("killed"), "--split", "test"]);
    assert.equal(other.code, 1);
    assert.match(other.stderr, /cells\.jsonl: split was validation, is now test; add --fresh/);
  });
});

Deno.test("eval --tune tries a method's grid on validation scenes, and marks the best setting", async () => {
  await withFolder(async (folder) => {
    const { code, stdout, stderr } = await ttt([
      ...["eval", "--tune", "--methods", "fusion", "--domains", "noisy", "--scenes", "1", "--lite"],
      ...["--student", await smallStudent(folder)],
      ...["--out", folder, "--cache", join(folder, "cache")],
    ]);
    assert.equal(code, 0, stderr);
    const [{ method, tried, best }] = JSON.parse(
      await readFile(join(folder, "tuning.json"), "utf8"),
    );
    assert.equal(method, "fusion");
    assert.equal(tried.length, 6);
    const highest = Math.max(...tried.map(({ miou }: { miou: number }) => miou));
    const chosen = tried.find(({ settings }: { settings: unknown }) =>
      JSON.stringify(settings) === JSON.stringify(best)
    );
    assert.equal(chosen.miou, highest);
    assert.match(stdout, /^\| fusion \| weight .* \| best \|$/m);
  });
});

Deno.test("eval names a wrong argument in one line", async () => {
  const cases: [string[], RegExp][] = [
    [
      ["--benchmark", "moon"],
      /'moon': there are rooms, rooms-sharp, streets, streets-sharp, streets-varied, aerial/,
    ],
    [["--studies", "magic"], /--studies to 'magic': there are main, steps/],
    [["--split", "train"], /--split to 'train'/],
    [["--scenes", "0"], /--scenes to '0'/],
    [["--domains", "mars"], /--domains to 'mars': there are source, /],
  ];
  const ended = await runAll(cases.map(([args]) => ["eval", ...args]));
  for (const [i, { code, stderr }] of ended.entries()) {
    assert.equal(code, 2, stderr);
    assert.match(stderr.split("\n")[0]!, cases[i]![1]);
  }
});
