/** A small scan, an untrained student and the context of a method over them, for tests of methods. */
import type { Gpu } from "../../lib/gpu/mod.ts";
import type { StudentCard } from "../../lib/nn/card.ts";
import { initialState } from "../../lib/nn/initialise.ts";
import { Parameters } from "../../lib/nn/parameters.ts";
import { Student } from "../../lib/nn/student.ts";
import { Tensor } from "../../lib/graph/tensor.ts";
import type { AdaptationContext, PhotographTargets } from "../../lib/ttt/method.ts";
import { PredictionPlan } from "../../lib/ttt/plans/prediction.ts";
import type { Points } from "../../lib/voxels/points.ts";
import { SparseScan } from "../../lib/voxels/sparse_scan.ts";
import { Random } from "../../lib/random/random.ts";
import { padRows } from "../graph/support.ts";

/** The student's card: the small network, five classes, no teacher. */
export const CARD: StudentCard = {
  id: "test",
  backbone: "MinkUNet14Tiny",
  classes: ["a", "b", "c", "d", "e"],
  palette: [[0, 0, 0], [1, 1, 1], [2, 2, 2], [3, 3, 3], [4, 4, 4]],
  voxelSize: 0.3,
  features: ["red", "green", "blue", "one"],
  teacher: null,
  asprs: [0, 1, 2, 3, 4],
  licence: "none",
  provenance: "random weights",
};

/** `count` points on three sides of a box, each side of its own colour. */
export function boxPoints(seed: number, count: number): Points {
  const random = new Random(seed);
  const positions = new Float32Array(count * 3);
  const colors = new Float32Array(count * 3);
  for (let p = 0; p < count; p++) {
    const point = [random.range(-2, 2), random.range(-1, 3), random.range(0, 2)];
    const side = random.integer(3);
    point[side] = [-2, 3, 0][side]!;
    positions.set(point, 3 * p);
    colors.set([random.uniform(), side / 2, random.uniform()], 3 * p);
  }
  return { positions, origin: [0, 0, 0], colors, intensity: null, normals: null };
}

/** The context of a method on a small scan, and the networks that the method cloned. */
export interface SmallScan extends Disposable {
  readonly context: AdaptationContext;
  /** Clones of the source weights that the method made, in order; alive until it ends or forgets. */
  readonly clones: readonly Parameters[];
  /** Ends the sequence: empties the memory. */
  forget(): void;
}

/**
 * Builds a {@link SmallScan}.
 *
 * @param watch called before every phase and after every gradient step.
 */
export async function smallScan(
  gpu: Gpu,
  watch: (moment: string) => Promise<void> = () => Promise.resolve(),
  given: Partial<Pick<AdaptationContext, "snapshots" | "points" | "card">> = {},
): Promise<SmallScan> {
  using owned = new DisposableStack();
  const card = given.card ?? CARD;
  const student = new Student(card);
  const random = new Random(11);
  const clones: Parameters[] = [];
  const parameters = owned.use(
    new class extends Parameters {
      override clone(): Parameters {
        const copy = super.clone();
        clones.push(copy);
        return copy;
      }
    }(gpu, student.parameters()),
  );
  parameters.load(initialState(parameters.specs, () => random.uniform()));
  const points = given.points ?? boxPoints(1, 700);
  const scan = owned.use(
    await SparseScan.build(gpu, student, card.features, points, card.voxelSize),
  );
  using plan = new PredictionPlan({ gpu, student, scan, parameters }, "running");
  plan.submit();
  let kept: Disposable | null = null;
  const forget = () => {
    kept?.[Symbol.dispose]();
    kept = null;
  };
  owned.defer(forget);
  const context: AdaptationContext = {
    gpu,
    student,
    scan,
    parameters,
    card,
    points,
    photographs: null,
    corrections: null,
    source: await plan.read(),
    random: new Random(5),
    memory: { recall: <T extends Disposable>(make: () => T) => (kept ??= make()) as T },
    snapshots: given.snapshots ?? [],
    work: {
      get quiet() {
        return this;
      },
      time: async (phase, work) => {
        await watch(phase);
        return await work();
      },
      stepped: async (step) => {
        await gpu.finished();
        await watch(`step ${step}`);
      },
      advanced: () => {},
    },
  };
  const all = owned.move();
  return { context, clones, forget, [Symbol.dispose]: () => all.dispose() };
}

/**
 * Random targets for the voxels of a small scan, every other one of which a photograph sees; `owned` frees them.
 *
 * @param sign -1 for the opposite ones.
 */
export function randomPhotographs(
  { gpu, scan, student: { teacherWidth } }: AdaptationContext,
  owned: DisposableStack,
  sign = 1,
): PhotographTargets {
  const { count } = scan.voxels;
  const random = new Random(5);
  const rows = (rows: number, make: () => number, channels = teacherWidth!) =>
    new Tensor("photographs", rows, channels, {
      binding: owned.use(
        gpu.upload(
          "photographs",
          padRows(Float64Array.from({ length: rows * channels }, make), channels),
        ),
      ),
    });
  const seen = Float32Array.from({ length: count }, (_, row) => row % 2);
  return {
    target: {
      values: rows(count, () => sign * random.normal()),
      mask: new Tensor("mask", count, 1, { binding: owned.use(gpu.upload("mask", seen)) }),
      centre: rows(1, () => 0),
    },
    seen,
    views: 1,
    share: 0.5,
    pair: () => Promise.reject(new TypeError("There is one photograph")),
  };
}

/** Values of a network's tensors by name. */
export type Values = ReadonlyMap<string, Float32Array>;

/** Reads all values and running statistics of a network. */
export async function valuesOf(parameters: Parameters): Promise<Values> {
  const state = await parameters.stateDict();
  return new Map([...state].map(([name, { data }]) => [name, data as Float32Array]));
}

/** Names, sorted, of the tensors whose bits differ. */
export function changedNames(before: Values, after: Values): string[] {
  const differ = (name: string) =>
    before.get(name)!.some((value, i) => !Object.is(value, after.get(name)![i]));
  return [...before.keys()].filter(differ).sort();
}
