/**
 * The gradient of a whole student, from the KD loss back to every layer, against finite differences of the loss on the GPU.
 */
import assert from "node:assert/strict";
import type { Gpu } from "../../lib/gpu/mod.ts";
import { Graph } from "../../lib/graph/graph.ts";
import { cosineDistillation } from "../../lib/graph/losses/cosine_distillation.ts";
import { Plan } from "../../lib/graph/plan.ts";
import { Tensor } from "../../lib/graph/tensor.ts";
import { initialState } from "../../lib/nn/initialise.ts";
import { Layers } from "../../lib/nn/layers.ts";
import type { ParameterSpec, Part } from "../../lib/nn/parameter_spec.ts";
import { Parameters } from "../../lib/nn/parameters.ts";
import type { NamedTensor } from "../../lib/nn/safetensors.ts";
import { BuiltStructure } from "../../lib/nn/scan_structure.ts";
import { Student } from "../../lib/nn/student.ts";
import { withGpu } from "../gpu.ts";
import { dot, inputTensor, seededNumbers } from "../graph/support.ts";
import { mulberry32 } from "../../lib/random/mulberry32.ts";

const TEACHER_WIDTH = 6;
const VOXELS = 60;
const STUDENT = new Student({
  backbone: "MinkUNet14Slim",
  classes: ["floor", "wall", "chair"],
  features: ["red", "green", "blue"],
  teacher: { id: "teacher", width: TEACHER_WIDTH },
});
const SPECS = STUDENT.parameters();
const STATE = initialState(SPECS, mulberry32(2));

/** Two crossing planes of voxels, large enough for several voxels on the coarsest level. */
function crossingPlanes(): Int32Array {
  const next = mulberry32(3);
  const side = () => Math.floor(24 * next()) - 12;
  const rows = new Map<string, number[]>();
  while (rows.size < VOXELS) {
    const coords = rows.size % 2 === 0 ? [side(), side(), 0, 0] : [3, side(), side(), 0];
    rows.set(coords.join(), coords);
  }
  return Int32Array.from([...rows.values()].flat());
}

/** A student with its KD loss over one small cloud. */
interface Rig {
  readonly gradients: ReadonlyMap<string, NamedTensor>;
  /** Computes the loss with other parameters. */
  lossAt(state: ReadonlyMap<string, NamedTensor>): Promise<number>;
}

async function rig(
  gpu: Gpu,
  owned: DisposableStack,
  statistics: "batch" | "running",
  trainable: readonly Part[],
): Promise<Rig> {
  const coords = owned.use(gpu.upload("coords", crossingPlanes()));
  const structure = owned.use(await BuiltStructure.build(gpu, STUDENT.network, coords, VOXELS));
  const parameters = owned.use(new Parameters(gpu, SPECS));
  const graph = new Graph(gpu.kernels);
  const layers = new Layers(
    parameters,
    structure,
    {
      statistics,
      momentum: 0,
      epsilon: STUDENT.network.epsilon,
      trainable: ({ part }) => trainable.includes(part),
    },
  );
  const x = inputTensor(gpu, owned, "x", seededNumbers(3, VOXELS * 3), 3, false);
  const z = STUDENT.distillationHead(graph, layers, STUDENT.backbone(graph, layers, x));
  const mask = Float32Array.from({ length: VOXELS }, (_, row) => row % 3 === 0 ? 0 : 1);
  const input = (label: string, seed: number, rows: number) =>
    inputTensor(
      gpu,
      owned,
      label,
      seededNumbers(seed, rows * TEACHER_WIDTH),
      TEACHER_WIDTH,
      false,
    );
  const loss = cosineDistillation(graph, z, {
    values: input("targets", 4, VOXELS),
    centre: input("centre", 5, 1),
    mask: new Tensor("mask", VOXELS, 1, { binding: owned.use(gpu.upload("mask", mask)) }),
  }, 1);
  graph.backward();
  const plan = owned.use(new Plan(gpu, graph, [loss]));
  const lossAt = async (state: ReadonlyMap<string, NamedTensor>) => {
    parameters.load(state);
    plan.submit();
    return (await plan.read(loss))[0]!;
  };
  await lossAt(STATE);
  // Gradients are summed over submits; these are read after the first.
  return { gradients: await parameters.gradientDict(), lossAt };
}

function valuesOf(tensors: ReadonlyMap<string, NamedTensor>, { name }: ParameterSpec) {
  return tensors.get(name)!.data as Float32Array;
}

/** The state after a step along the gradients of `specs`. */
function moved(
  specs: readonly ParameterSpec[],
  gradients: ReadonlyMap<string, NamedTensor>,
  step: number,
): Map<string, NamedTensor> {
  const state = new Map(STATE);
  for (const spec of specs) {
    const gradient = valuesOf(gradients, spec);
    const data = valuesOf(STATE, spec).map((value, i) => value + step * gradient[i]!);
    state.set(spec.name, { shape: spec.shape, data });
  }
  return state;
}

const LEARNED = SPECS.filter(({ kind, part }) => kind !== "statistic" && part !== "classes");

for (const statistics of ["batch", "running"] as const) {
  withGpu(
    `the student's gradient with ${statistics} statistics agrees with finite differences`,
    async (gpu) => {
      using owned = new DisposableStack();
      const { gradients, lossAt } = await rig(gpu, owned, statistics, ["backbone", "distillation"]);
      for (
        const [what, specs] of [
          ["all parameters", LEARNED],
          ["kernels", LEARNED.filter(({ kind }) => kind === "kernel")],
          ["scales", LEARNED.filter(({ kind }) => kind === "scale")],
          ["shifts", LEARNED.filter(({ kind }) => kind === "shift")],
          ["the head", LEARNED.filter(({ part }) => part === "distillation")],
        ] as const
      ) {
        const slope = specs.reduce(
          (sum, spec) => sum + dot(valuesOf(gradients, spec), valuesOf(gradients, spec)),
          0,
        );
        // The loss changes by 4e-4: much more than its rounding, and little enough that few ReLUs switch.
        const step = 2e-4 / slope;
        const ahead = await lossAt(moved(specs, gradients, step));
        const behind = await lossAt(moved(specs, gradients, -step));
        const error = (ahead - behind) / (2 * step) / slope - 1;
        console.log(
          `${statistics} statistics, ${what}: slope ${slope.toPrecision(3)}, off by ${
            (100 * error).toFixed(2)
          } %`,
        );
        assert.ok(Math.abs(error) < 0.01, `${what}: finite differences are off by ${error}`);
      }
    },
  );
}

withGpu("a frozen head gets no gradient and does not change that of the backbone", async (gpu) => {
  using owned = new DisposableStack();
  const both = await rig(gpu, owned, "batch", ["backbone", "distillation"]);
  const frozen = await rig(gpu, owned, "batch", ["backbone"]);
  for (const spec of LEARNED.filter(({ part }) => part !== "probe")) {
    const gradient = valuesOf(both.gradients, spec);
    assert.ok(gradient.some((value) => value !== 0), spec.name);
    const expected = spec.part === "backbone" ? gradient : new Float32Array(gradient.length);
    assert.deepEqual(valuesOf(frozen.gradients, spec), expected, spec.name);
  }
});
