/** A student without ρ_2D, whose features are compared with the teacher's as they are. */
import assert from "node:assert/strict";
import { initialState } from "../../lib/nn/initialise.ts";
import { Parameters } from "../../lib/nn/parameters.ts";
import { Student } from "../../lib/nn/student.ts";
import { Targets } from "../../lib/pairing/mod.ts";
import { OptionError } from "../../lib/ttt/option_error.ts";
import { adaptationPlan } from "../../lib/ttt/plans/adaptation.ts";
import { distillationTarget } from "../../lib/ttt/plans/distillation_target.ts";
import { LossHistory } from "../../lib/ttt/plans/loss_history.ts";
import { probeProbabilities } from "../../lib/ttt/probe_prediction.ts";
import { SparseScan } from "../../lib/voxels/sparse_scan.ts";
import { withGpu } from "../gpu.ts";
import { seededNumbers } from "../graph/support.ts";
import { mulberry32 } from "../../lib/random/mulberry32.ts";
import { boxPoints, CARD } from "../ttt/small_scan.ts";

const WIDTH = 16;
const STEPS = 4;

withGpu("adaptationPlan() adapts a student without a distillation head", async (gpu) => {
  const student = new Student({ ...CARD, teacher: { id: "narrow", width: WIDTH, head: "none" } });
  using owned = new DisposableStack();
  const points = boxPoints(3, 200);
  const scan = owned.use(await SparseScan.build(gpu, student, CARD.features, points, 0.3));
  const parameters = owned.use(new Parameters(gpu, student.parameters()));
  parameters.load(initialState(parameters.specs, mulberry32(9)));
  const rows = scan.voxels.count;
  const targets = owned.use(
    new Targets({
      channels: WIDTH,
      rows,
      values: gpu.upload("targets", Float32Array.from(seededNumbers(7, rows * WIDTH))),
      half: false,
      weight: gpu.upload("weights", new Float32Array(rows).fill(1)),
      pointsSeen: scan.voxels.points,
      voxelsSeen: rows,
    }),
  );
  const target = distillationTarget(targets, owned.use(gpu.zeros("centre", WIDTH * 4)));
  const history = owned.use(new LossHistory(gpu, STEPS));
  const velocity = owned.use(gpu.zeros("velocity", parameters.gradients.size));
  const context = { gpu, student, scan, parameters };
  const sgd = { learningRate: 0.1, momentum: 0.9, weightDecay: 0 };
  const plan = owned.use(adaptationPlan(context, { target, history, velocity, sgd }));
  for (let step = 0; step < STEPS; step++) plan.submit();
  const losses = await history.values();
  assert.ok(losses.at(-1)! < losses[0]! - 0.01, `${losses}`);
  await assert.rejects(() => probeProbabilities(context, target), OptionError);
});
