/**
 * `deno task bench`: rates of our kernels on this machine. Rates on a software adapter tell nothing about hardware; look
 * at the ratios within a run.
 */
import { type Gpu, KERNEL_CHOICES, ROW_PRECISIONS } from "../../lib/gpu/mod.ts";
import { openGpu } from "../../lib/kernel_choice/mod.ts";
import { benchConvolution, benchLinear } from "./convolution.ts";
import { benchGemm } from "./gemm.ts";
import { benchLarge } from "./large.ts";
import { benchMemory } from "./memory.ts";
import { NETWORK_NAMES } from "../../lib/nn/networks.ts";
import { BACKBONE, benchNetwork, NETWORK_VOXELS } from "./network.ts";
import { benchRoofline } from "./roofline.ts";
import { benchStep } from "./step.ts";
import { benchSurvey } from "./survey.ts";
import { argumentsOf, refuse } from "../task.ts";
import { tune } from "./tune.ts";

const ROUNDS = 5;

/** Runs in the section `roofline`, of which the fastest counts. */
const ROOFLINE_ROUNDS = 3;

/** The largest scan that the section `roofline` runs on a software adapter, if no other is chosen. */
const MEASURED_ON_SOFTWARE = 10_000;

/** Sections by name. */
const SECTIONS: Record<string, (gpu: Gpu) => Promise<void> | void> = {
  gemm: (gpu) => benchGemm(gpu, ROUNDS),
  conv: (gpu) => benchConvolution(gpu, ROUNDS),
  linear: (gpu) => benchLinear(gpu, ROUNDS),
  memory: benchMemory,
  network: (gpu) => benchNetwork(gpu, ROUNDS, voxels, network, measured ?? Infinity),
  step: (gpu) => benchStep(gpu, ROUNDS),
  roofline: (gpu) =>
    benchRoofline(gpu, {
      rounds: ROOFLINE_ROUNDS,
      voxels,
      measured: measured ?? (gpu.isSoftware ? MEASURED_ON_SOFTWARE : Infinity),
      launches: values.launches,
    }),
  large: () => benchLarge(rooms, kernels),
  survey: () => benchSurvey(points, values.student, kernels),
};

const { positionals, values } = argumentsOf({
  name: "task bench",
  summary: "Measures rates of kernels, steps and whole scans on this machine",
  positionals: ["[SECTION ...]"],
  options: {
    voxels: {
      type: "string",
      value: "A,B",
      default: NETWORK_VOXELS.join(),
      about: "scans of the sections network and roofline, by voxels",
    },
    network: {
      type: "string",
      value: "NAME",
      default: BACKBONE,
      about: `network of the section network: ${NETWORK_NAMES.join(", ")}`,
    },
    rooms: {
      type: "string",
      value: "N",
      default: "4",
      about: "rooms along an edge of the scan of the section large",
    },
    points: {
      type: "string",
      value: "N",
      default: "100000",
      about: "points of the tile that the section survey labels",
    },
    student: {
      type: "string",
      value: "NAME",
      default: "aerial",
      about: "student of the section survey",
    },
    measured: {
      type: "string",
      value: "N",
      about:
        "most voxels of a scan that the sections network and roofline run; larger ones they count",
      otherwise: `all, but in the section roofline ${MEASURED_ON_SOFTWARE} on a software adapter`,
    },
    launches: { type: "boolean", about: "print each launch of the section roofline" },
    kernels: {
      type: "string",
      value: "NAME",
      default: "auto",
      about: `matrix kernels: ${KERNEL_CHOICES.join(", ")}`,
    },
    precision: {
      type: "string",
      value: "NAME",
      default: "f32",
      about: `how activations are stored: ${ROW_PRECISIONS.join(" or ")}`,
    },
    tune: {
      type: "boolean",
      about: "find out which matrix kernels are the fastest, on the first of the scans",
    },
  },
  details: {
    title: "sections, all of which are run where none is named",
    rows: [[Object.keys(SECTIONS).join(", "), ""]],
  },
});
const rooms = Number(values.rooms);
if (!Number.isInteger(rooms) || rooms < 1) {
  refuse(`Cannot use --rooms ${values.rooms}: it takes a whole number`);
}
const points = Number(values.points);
if (!Number.isInteger(points) || points < 1) {
  refuse(`Cannot use --points ${values.points}: it takes a whole number`);
}
const voxels = values.voxels.split(",").map(Number);
if (!voxels.every((count) => Number.isInteger(count) && count > 0)) {
  refuse(`Cannot use --voxels ${values.voxels}: it takes whole numbers with commas between them`);
}
const measured = values.measured === undefined ? null : Number(values.measured);
if (measured !== null && (!Number.isInteger(measured) || measured < 0)) {
  refuse(`Cannot use --measured ${values.measured}: it takes a whole number`);
}
const network = NETWORK_NAMES.find((name) => name === values.network) ??
  refuse(`Cannot use --network ${values.network}: give ${NETWORK_NAMES.join(", ")}`);
const kernels = KERNEL_CHOICES.find((name) => name === values.kernels) ??
  refuse(`Cannot use --kernels ${values.kernels}: give ${KERNEL_CHOICES.join(", ")}`);
const precision = ROW_PRECISIONS.find((name) => name === values.precision) ??
  refuse(`Cannot use --precision ${values.precision}: give ${ROW_PRECISIONS.join(" or ")}`);
const unknown = positionals.find((name) => !Object.hasOwn(SECTIONS, name));
if (unknown !== undefined) {
  refuse(`Cannot run "${unknown}": sections are ${Object.keys(SECTIONS).join(", ")}`);
}
const gpu = await openGpu({ kernels, precision });
try {
  console.log(
    `adapter: ${gpu.adapterName}, kernels ${gpu.kernels.name}; medians of ${ROUNDS} rounds`,
  );
  const all = values.tune ? [] : Object.keys(SECTIONS);
  for (const name of positionals.length > 0 ? positionals : all) await SECTIONS[name]!(gpu);
  if (values.tune) await tune(gpu, ROUNDS, voxels[0]!);
} finally {
  gpu.destroy();
}
