/**
 * A small data set and an engine without a GPU, for tests of the evaluation. The engine's predictions depend on the
 * method, the scene and, online, on the number of scans since it was reset.
 *
 * @module
 */
import type { Dataset, DatasetScene } from "../../lib/datasets/dataset.ts";
import type { BatchEngine } from "../../lib/eval/cells/runner.ts";
import type { Cell } from "../../lib/eval/cells/cell.ts";
import { METHODS } from "../../lib/ttt/methods/mod.ts";
import { planCells } from "../../lib/eval/cells/plan.ts";
import type { Results } from "../../lib/eval/results/results.ts";
import { summarise } from "../../lib/eval/results/summarise.ts";
import { buildStudy } from "../../lib/eval/studies/studies.ts";
import { STUDY_NAMES, type StudyContext } from "../../lib/eval/studies/study.ts";
import type { StudySize } from "../../lib/eval/studies/study_size.ts";
import type { SegmentRequest, SegmentResult } from "../../lib/segment/segmenter.ts";
import { FakeEngine } from "../routes/fake_engine.ts";

/** Points of a scene. */
const POINTS = 30;
const CLASSES = ["floor", "wall", "clutter"];

/** A scene whose point i has class i modulo 3; the first point is ignored. */
export function smallScene(domain: string, index: number): DatasetScene {
  const labels = Int32Array.from({ length: POINTS }, (_, i) => i === 0 ? 255 : i % 3);
  const photo = (name: string, red: number) => ({
    name,
    width: 2,
    height: 1,
    pixels: Uint8Array.of(red, 0, 0, index, 0, 0),
  });
  const camera = (file: string) => ({
    file,
    width: 2,
    height: 1,
    fx: 0.5,
    fy: 0.125,
    cx: 0,
    cy: 0,
    worldToCamera: Float64Array.of(1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0.1, 0, 0, 0, 1),
  });
  const names = ["0.png", "1.png", "2.png", "3.png"];
  return {
    id: `${domain}/test/${index}`,
    scan: {
      name: "scan.ply",
      format: "ply",
      count: POINTS,
      origin: [1, 2, 0.1],
      positions: Float32Array.from({ length: 3 * POINTS }, (_, i) => i / 7),
      colors: null,
      intensity: null,
      normals: null,
      labels,
      bytes: Uint8Array.of(1, 2, 3),
      warnings: [],
    },
    photos: names.map(photo),
    cameras: names.map(camera),
    photoClasses: names.map((_, i) => Uint8Array.of(i, 255)),
  };
}

/** Three domains of a hundred scenes; `asked` receives the name of every generated scene. */
export function smallDataset(asked: string[] = []): Dataset {
  return {
    name: "small",
    classes: CLASSES,
    palette: [[1, 2, 3], [4, 5, 6], [7, 8, 9]],
    asprs: [2, 6, 1],
    ignoreLabel: 255,
    domains: [
      { name: "source", about: "as trained", isSource: true },
      { name: "noisy", about: "noise", isSource: false },
      { name: "dark", about: "no light", isSource: false },
    ],
    count: () => 100,
    scene: (domain, _split, index) => {
      asked.push(`${domain} ${index}`);
      return Promise.resolve(smallScene(domain, index));
    },
    version: (domain) => `${domain} 1`,
  };
}

/** The context of studies of the small data set. */
export function smallContext(changes: Partial<StudyContext> = {}): StudyContext {
  return {
    dataset: smallDataset(),
    split: "test",
    profile: {
      teachers: [
        { name: "parts", about: "supervised" },
        { name: "random", about: "random weights (placebo)" },
      ],
      focus: ["noisy", "dark"],
      images: [1, 2],
      stream: ["noisy", "dark"],
    },
    methods: METHODS,
    chosen: ["source", "bn", "ttt-kd-online", "ttt-kd"],
    size: {
      scenes: 3,
      studyScenes: 3,
      focus: Infinity,
      domains: null,
      streamScenes: 4,
      curve: [0, 5],
      images: "all",
      seeds: 2,
      most: {},
      voxelScale: 1,
    },
    isAvailable: () => true,
    ...changes,
  };
}

/** Number of points labelled correctly among ten, by method. */
const HITS: Readonly<Record<string, number>> = { source: 4, bn: 5, "ttt-kd": 8 };

/** An engine that labels a share of the points correctly. */
export class SmallEngine extends FakeEngine {
  /** Online scans since the last reset. */
  #scans = 0;

  override resetOnline(): void {
    this.#scans = 0;
  }

  override async segment(request: SegmentRequest): Promise<SegmentResult> {
    const { scan, options } = request;
    const { method } = options;
    if (METHODS.get(method)!.online) this.#scans++;
    const shift = Math.round(request.photos[0]?.pixels[3] ?? 0) % 3;
    const hits = HITS[method] ?? Math.min(9, 4 + this.#scans);
    const answer = await super.segment(request);
    const labels = Uint8Array.from(
      { length: scan.count },
      (_, i) => (i + shift) % 10 < hits ? i % 3 : (i + 1) % 3,
    );
    return {
      ...answer,
      labels,
      // Each readout corrects one point that the labels above have wrong.
      readouts: (request.readouts ?? []).map((_, n) => {
        const wrong = [...labels.keys()].filter((i) => i > 0 && labels[i] !== i % 3);
        return { labels: labels.map((label, i) => i === wrong[n] ? i % 3 : label), seconds: n };
      }),
      snapshots: (request.snapshots ?? []).map((step) => ({
        step,
        labels: new Uint8Array(scan.count),
      })),
    };
  }
}

/** The opened models of a batch, around an engine; `shown` receives the id of every scene that is shown. */
export function batchEngineOf(engine: FakeEngine, shown: string[] = []): BatchEngine {
  return {
    engine,
    show: (scene) => void shown.push(scene.id),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** A cell in which `hits` of ten points of each of two classes are correct. */
export function cellOf(changes: Partial<Cell> & { key: string }, hits: number): Cell {
  return {
    variant: "source",
    method: "source",
    domain: "noisy",
    seed: 0,
    scene: 0,
    confusion: [hits, 10 - hits, 10 - hits, hits],
    steps: 0,
    seconds: 1,
    pointsSeen: 0.5,
    loss: null,
    note: null,
    curve: [],
    ...changes,
  };
}

/**
 * Results of all studies: TTT-KD has 7 of ten points correct on `noisy`, 4 on `dark` and 6 on `source`, all other
 * variants 5; shuffled targets harm, the teacher of random weights helps.
 */
export function smallResults(
  chosen: readonly string[] = smallContext().chosen,
  changes: Partial<StudySize> = {},
): Results {
  const size = { ...smallContext().size, scenes: 5, studyScenes: 5, ...changes };
  const context = smallContext({ chosen, size });
  const studies = STUDY_NAMES.map((name) => buildStudy(name, context));
  const cells = new Map<string, Cell>();
  for (const { single, sequences } of planCells(studies)) {
    for (const { key, variant, domain, seed, scene } of [...single, ...sequences.flat()]) {
      const adapted = { source: 6, noisy: 7, dark: 4 }[domain]!;
      const hits = variant.views === "shuffled" ? 3 : variant.method === "ttt-kd" ? adapted : 5;
      const curve = variant.curve.map((step) => ({
        step,
        confusion: cellOf({ key }, hits).confusion,
      }));
      const place = { variant: variant.id, method: variant.method, domain, seed, scene };
      cells.set(key, cellOf({ key, ...place, curve }, hits));
    }
  }
  return summarise(
    {
      benchmark: "small",
      split: "test",
      seeds: 2,
      student: "s",
      teacher: "parts",
      adapter: "none",
      command: "deno task eval --benchmark small",
      date: "2026-11-30T04:05:06.000Z",
      commit: "0123456789abcdef",
      classes: ["floor", "wall"],
      meanOver: "occurring",
      domains: {
        source: { about: "as trained", isSource: true },
        noisy: { about: "noise", isSource: false },
        dark: { about: "no light", isSource: false },
      },
      settings: { split: "test" },
      withoutStudent: ["teachers: ttt-kd, teacher oracle"],
    },
    studies,
    cells,
  );
}
