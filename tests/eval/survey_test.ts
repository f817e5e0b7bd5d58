/** The benchmark of labelled surveys: what codes mean, the rule, the scores, and files of a folder. */
import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { groupOfCode, GROUPS, OTHER, surveyTruth } from "../../lib/eval/survey/asprs_groups.ts";
import { labelByRule } from "../../lib/eval/survey/ground_rule.ts";
import { judgeSurvey, scoreOf, type SurveyResult } from "../../lib/eval/survey/survey.ts";
import { surveySamples, validationSamples } from "../../lib/eval/survey/survey_samples.ts";
import { surveyTable, truthLine } from "../../lib/eval/survey/survey_table.ts";
import { IGNORE_LABEL } from "../../lib/metrics/confusion.ts";
import { Random } from "../../lib/random/random.ts";
import { echoesOf, looksDown, readScan, type Scan, writePly } from "../../lib/scan/mod.ts";
import { writeLas } from "../../lib/scan/las/write_las.ts";
import { withFolder } from "../commands/support.ts";
import { FakeEngine } from "../routes/fake_engine.ts";
import { makeLas } from "../scan/files.ts";

const [GROUND, VEGETATION, BUILDING] = [0, 1, 2];

/** A field of 40 m × 40 m with a house of 10 m × 10 m and a tree, as LAS, and the class of each point. */
function village(): { file: Uint8Array; groups: Uint8Array } {
  const random = new Random(2);
  const count = 12_000;
  const groups = new Uint8Array(count);
  const positions = new Float32Array(3 * count);
  for (let p = 0; p < count; p++) {
    const [x, y] = [random.range(0, 40), random.range(0, 40)];
    const inHouse = Math.abs(x - 12) < 5 && Math.abs(y - 12) < 5;
    const inTree = Math.hypot(x - 30, y - 28) < 4 && random.chance(0.9);
    groups[p] = inHouse ? BUILDING : inTree ? VEGETATION : GROUND;
    const height = inHouse ? 6 - 0.4 * Math.abs(x - 12) : inTree ? random.range(2, 10) : 0;
    positions.set([x, y, 0.1 * x + height], 3 * p);
  }
  const labels = Int32Array.from(groups, (group) => [2, 5, 6][group]!);
  const scan = { name: "village.las", count, positions, origin: [700_000, 6_600_000, 80], labels };
  const nothing = { colors: null, intensity: null, normals: null };
  return { file: writeLas({ ...scan, ...nothing } as unknown as Scan), groups };
}

Deno.test("groupOfCode() knows ground, vegetation and building of ASPRS, and nothing of makers' own codes", () => {
  const names = (code: number) => [...GROUPS, "other"][groupOfCode(code)];
  assert.deepEqual([2, 8, 10, 11].map(names), Array(4).fill("ground"));
  assert.deepEqual([3, 4, 5].map(names), Array(3).fill("vegetation"));
  assert.equal(names(6), "building");
  for (const code of [0, 1, 7, 9, 12, 17, 18, 64, 67, 200]) assert.equal(groupOfCode(code), OTHER);
});

Deno.test("surveyTruth() names what it leaves out, and takes names where labels are no codes", () => {
  const labels = Int32Array.of(2, 5, 65, 65, 9, 31);
  const truth = surveyTruth({ format: "las", labels });
  assert.ok(typeof truth !== "string");
  assert.deepEqual([...truth.labels], [0, 1, ...Array(4).fill(IGNORE_LABEL)]);
  assert.deepEqual(truth.points, [1, 1, 0]);
  assert.deepEqual(truth.ignored, [["artefact (IGN)", 2], ["water", 1], ["code 31", 1]]);
  const labelNames = { 0: "High Vegetation", 4: "roof", 7: "car" };
  const named = surveyTruth({ format: "ply", labels: Int32Array.of(4, 0, 7), labelNames });
  assert.ok(typeof named !== "string");
  assert.deepEqual([...named.labels], [2, 1, IGNORE_LABEL]);
  assert.match(`${surveyTruth({ format: "ply", labels })}`, /nothing says what its labels mean/);
  assert.match(`${surveyTruth({ format: "las", labels: null })}`, /no labels/);
  assert.match(`${surveyTruth({ format: "las", labels: Int32Array.of(1, 9) })}`, /none of its/);
});

Deno.test("scoreOf() gives accuracy and F1, and no F1 where the truth has one class alone", () => {
  const labels = Uint8Array.of(0, 0, 1, 2, IGNORE_LABEL);
  const predicted = Uint8Array.of(0, 1, 1, OTHER, 2);
  assert.deepEqual(scoreOf({ labels, points: [2, 1, 1] }, predicted), {
    accuracy: 0.5,
    f1: [2 / 3, 2 / 3, 0],
  });
  const alone = scoreOf({ labels: Uint8Array.of(0, 0), points: [2, 0, 0] }, Uint8Array.of(0, 1));
  assert.deepEqual(alone, { accuracy: 0.5, f1: [null, null, null] });
});

for (const format of [1, 6]) {
  Deno.test(`echoesOf() reads the echoes of point format ${format}`, async () => {
    const { bytes, pointOffset, recordBytes } = makeLas({ format, minor: 4, count: 3 });
    const shift = format < 6 ? 3 : 4;
    [[1, 1], [2, 5], [3, 7]].forEach(([number, count], p) => {
      bytes[pointOffset + p * recordBytes + 14] = number! | count! << shift;
    });
    const echoes = echoesOf(await readScan(bytes, "a.las"))!;
    assert.deepEqual([...echoes.number], [1, 2, 3]);
    assert.deepEqual([...echoes.count], [1, 5, 7]);
  });

  Deno.test(`looksDown() reads the scan angles of point format ${format}`, async () => {
    const told = async (...degrees: number[]) => {
      const { bytes, pointOffset, recordBytes } = makeLas({ format, minor: 4, count: 4 });
      const view = new DataView(bytes.buffer);
      degrees.forEach((angle, p) => {
        const record = pointOffset + p * recordBytes;
        if (format < 6) view.setInt8(record + 16, angle);
        else view.setInt16(record + 18, angle / 0.006, true);
      });
      return looksDown(await readScan(bytes, "a.las"));
    };
    assert.equal(await told(-31, 0, 12, 30), true);
    // A laser that turns on a vehicle, and a program that knows no angles.
    assert.equal(await told(-31, 80, 12, -85), false);
    assert.equal(await told(0, 0, 0, 0), false);
  });
}

Deno.test("labelByRule() finds field, house and tree; pulses that go on make no roof", async () => {
  const { file, groups } = village();
  const scan = await readScan(file, "village.las");
  const { f1 } = scoreOf({ labels: groups, points: [1, 1, 1] }, labelByRule(scan));
  assert.ok(f1.every((value) => value! > 0.9), `${f1}`);
  const { bytes } = scan;
  for (let p = 0; p < scan.count; p++) bytes[375 + 30 * p + 14] = 0x21;
  assert.ok(!labelByRule(scan).includes(BUILDING));
});

Deno.test("judgeSurvey() judges every scan below a folder by the codes of the student's classes", async () => {
  await withFolder(async (folder) => {
    await mkdir(join(folder, "named"));
    const { file } = village();
    await writeFile(join(folder, "village.las"), file);
    await writeFile(join(folder, "none.las"), makeLas({ format: 6, count: 4 }).bytes);
    const ply = writePly({
      positions: Float32Array.of(0, 0, 0, 1, 0, 0, 0, 1, 0),
      labels: Int32Array.of(7, 8, 9),
    });
    await writeFile(join(folder, "named", "scan.ply"), ply);
    const labels = { 7: "ground", 8: "building", 9: "high vegetation" };
    await writeFile(join(folder, "named", "labels.json"), JSON.stringify({ labels }));
    const engine = new FakeEngine();
    const samples = await surveySamples(folder);
    const judged = await Promise.all(
      samples.map((sample) =>
        judgeSurvey(engine, sample, { methods: ["rule", "source", "ttt-kd"] })
      ),
    );
    const results = judged.flatMap((result) => typeof result === "string" ? [] : [result]);
    const named = results.find(({ scan }) => scan === "named/scan.ply")!;
    // The fake engine labels in this order, over and over: floor (2), wall (6), clutter (1).
    const source = named.scores.find(({ method }) => method === "source")!;
    assert.equal(source.accuracy, 2 / 3);
    assert.deepEqual(source.f1, [1, 0, 1]);
    assert.equal(truthLine(named), "named/scan.ply: 1 ground, 1 vegetation, 1 building");
    // Without photographs, methods that need them do not run.
    assert.ok(named.scores.every(({ method }) => method !== "ttt-kd"));
    const { rows } = surveyTable(results.filter(({ scan }) => scan === "village.las"));
    assert.deepEqual(rows.map(([scan, method]) => [scan, method]), [
      ["village.las", "rule"],
      ["village.las", "source"],
    ]);
    assert.match(rows[1]!.at(-1)!, /^−\d/);
  });
});

Deno.test("surveyTable() gives the mean over the scans of a domain, and over all", () => {
  const result = (scan: string, domain: string, rule: number, source: number): SurveyResult => ({
    scan,
    domain,
    truth: { points: [1, 1, 1], ignored: [] },
    scores: [
      { method: "rule", student: null, accuracy: rule, f1: [rule, null, null] },
      { method: "source", student: "s", accuracy: source, f1: [source, 0.5, null] },
    ],
    failed: [],
  });
  const { rows } = surveyTable([
    result("a/0", "a", 0.5, 0.75),
    result("a/1", "a", 0.7, 0.85),
    result("b/0", "b", 0.3, 0.2),
  ]);
  assert.deepEqual(rows, [
    ["a", "rule", "", "60.0", "60.0", "", "", ""],
    ["a", "source", "s", "80.0", "80.0", "50.0", "", "+20.0"],
    ["b", "rule", "", "30.0", "30.0", "", "", ""],
    ["b", "source", "s", "20.0", "20.0", "50.0", "", "−10.0"],
    ["mean", "rule", "", "50.0", "50.0", "", "", ""],
    ["mean", "source", "s", "60.0", "60.0", "50.0", "", "+10.0"],
  ]);
});

Deno.test("validationSamples() takes the first validation scenes of each domain, by their codes", async () => {
  const scan = { labels: Int32Array.of(0, 1, 255) } as unknown as Scan;
  const asked: string[] = [];
  const samples = validationSamples({
    domains: [{ name: "flat", about: "", isSource: true }],
    asprs: [2, 6],
    scene: (domain, split, index) => {
      asked.push(`${domain}/${split}/${index}`);
      return Promise.resolve({ id: "", scan, photos: [], cameras: [] });
    },
  }, 2);
  assert.deepEqual(samples.map(({ name, domain }) => [name, domain]), [
    ["flat/validation/0", "flat"],
    ["flat/validation/1", "flat"],
  ]);
  assert.deepEqual((await samples[1]!.open()).scan.labels, Int32Array.of(2, 6, 0));
  assert.deepEqual(asked, ["flat/validation/1"]);
});
