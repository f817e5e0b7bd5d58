/**
 * One step of TTT-KD with the embedded student on a held-out room of a noisy scanner: the time of each kernel, by the
 * GPU's own timestamps.
 */
import type { Gpu } from "../../lib/gpu/mod.ts";
import { Parameters } from "../../lib/nn/parameters.ts";
import { Student } from "../../lib/nn/student.ts";
import { pairViews } from "../../lib/pairing/mod.ts";
import { Teacher } from "../../lib/teacher/mod.ts";
import { readStudent } from "../../lib/models/students.ts";
import { readTeacher } from "../../lib/models/teachers.ts";
import { adaptationPlan } from "../../lib/ttt/plans/adaptation.ts";
import { distillationTarget } from "../../lib/ttt/plans/distillation_target.ts";
import { LossHistory } from "../../lib/ttt/plans/loss_history.ts";
import { SparseScan } from "../../lib/voxels/sparse_scan.ts";
import { roomScene } from "../../lib/worlds/rooms/mod.ts";

/** Prints the milliseconds and the share of each kernel, medians over `rounds` steps. */
export async function benchStep(gpu: Gpu, rounds: number): Promise<void> {
  if (!gpu.features.has("timestamp-query")) {
    console.log("\none TTT-KD step is left out: the adapter has no timestamp queries");
    return;
  }
  using owned = new DisposableStack();
  const file = await readStudent();
  const student = new Student(file.card);
  const parameters = owned.use(new Parameters(gpu, student.parameters()));
  parameters.load(file.tensors);
  const { scan, photos, cameras } = await roomScene(gpu, {
    domain: "noisy",
    split: "validation",
    index: 0,
  });
  const { card, onnx } = await readTeacher();
  await using teacher = await Teacher.load(gpu, card, onnx);
  const maps = await teacher.describeAll(photos);
  for (const map of maps) owned.use(map);
  const sparse = owned.use(
    await SparseScan.build(gpu, student, file.card.features, scan, file.card.voxelSize),
  );
  const { voxels, positions } = sparse;
  const targets = owned.use(
    await pairViews(gpu, { voxels, positions, origin: scan.origin, cameras, maps }),
  );
  const centre = owned.use(gpu.upload("teacher mean", file.centre!));
  const history = owned.use(new LossHistory(gpu, rounds));
  const velocity = owned.use(gpu.zeros("velocity", parameters.endOf("backbone")));
  const plan = owned.use(adaptationPlan({ gpu, student, scan: sparse, parameters }, {
    target: distillationTarget(targets, centre),
    history,
    velocity,
    sgd: { learningRate: 0.2, momentum: 0.9, weightDecay: 0 },
  }));
  await plan.profile();
  const times = new Map<string, number[]>();
  const launches = new Map<string, number>();
  for (let round = 0; round < rounds; round++) {
    const step = Map.groupBy(await plan.profile(), ({ name }) => name);
    for (const [name, all] of step) {
      const milliseconds = all.reduce((sum, { nanoseconds }) => sum + nanoseconds, 0) / 1e6;
      times.set(name, [...times.get(name) ?? [], milliseconds]);
      launches.set(name, all.length);
    }
  }
  const rows = [...times].map(([name, all]) => ({
    name,
    milliseconds: all.sort((a, b) => a - b)[all.length >> 1]!,
  })).sort((a, b) => b.milliseconds - a.milliseconds);
  const total = rows.reduce((sum, row) => sum + row.milliseconds, 0);
  const mebibytes = (bytes: number) => (bytes / 2 ** 20).toFixed(1);
  console.log(
    `\none TTT-KD step of ${file.card.backbone} on ${voxels.count} voxels: ${
      total.toFixed(1)
    } ms on the GPU, ${mebibytes(plan.bytes)} MiB planned for ${
      mebibytes(plan.liveBytes)
    } MiB live`,
  );
  console.log("kernel                       launches        ms   share");
  for (const { name, milliseconds } of rows) {
    console.log(
      `${name.padEnd(28)} ${String(launches.get(name)).padStart(8)} ${
        milliseconds.toFixed(2).padStart(9)
      } ${(100 * milliseconds / total).toFixed(1).padStart(6)} %`,
    );
  }
}
