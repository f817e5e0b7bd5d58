/** Whole MinkUNets against MinkowskiEngine: logits, loss, input gradient, and the norm of every gradient. */
import assert from "node:assert/strict";
import { Graph } from "../../lib/graph/graph.ts";
import { crossEntropy } from "../../lib/graph/losses/cross_entropy.ts";
import { Plan } from "../../lib/graph/plan.ts";
import { Layers } from "../../lib/nn/layers.ts";
import { networkOf } from "../../lib/nn/networks.ts";
import { Parameters, type ParameterSpec } from "../../lib/nn/parameters.ts";
import { Pyramid } from "../../lib/sparse/mod.ts";
import { withGpu } from "../gpu.ts";
import {
  assertClose,
  inputTensor,
  relativeError,
  unpadRows,
  wordTensor,
} from "../graph/support.ts";
import { coordinateWords, golden, goldenState, NETWORK_FILES, numbers } from "./golden.ts";

const CLASSES = 20;

/**
 * How far the norm of a parameter's gradient may be from MinkowskiEngine's, as a share of it. In train mode the largest
 * part of that is MinkowskiEngine's own rounding: a gradient jumps where rounding decides on which side of zero a ReLU's
 * input lies, and with batch statistics over the 18 voxels of stride 16 one such jump changes every norm before it. The
 * worst norm of MinkUNet34C.train, block1.0.norm1.bn.weight, is 9.2e-4 from MinkowskiEngine's in float64, too.
 */
const NORM_TOLERANCE = 1e-3;

for (const name of NETWORK_FILES) {
  withGpu(`${name}: logits, loss and gradients equal MinkowskiEngine's`, async (gpu) => {
    const [network, mode] = name.split(".") as [string, "eval" | "train"];
    const file = await golden(name);
    const backbone = networkOf(network, 3);
    const specs: ParameterSpec[] = [
      ...backbone.parameters(),
      {
        name: "final.kernel",
        part: "classes",
        kind: "kernel",
        shape: [backbone.featureChannels, CLASSES],
      },
      { name: "final.bias", part: "classes", kind: "bias", shape: [1, CLASSES] },
    ];
    using owned = new DisposableStack();
    const coords = numbers(file, "coords");
    const count = coords.length / 3;
    const pyramid = owned.use(
      await Pyramid.build(
        gpu,
        owned.use(gpu.upload("coords", coordinateWords(coords))),
        count,
        backbone.depth,
      ),
    );
    const mapSpecs = backbone.maps();
    const maps = await pyramid.kernelMaps(mapSpecs);
    const parameters = owned.use(new Parameters(gpu, specs));
    parameters.load(goldenState(specs));

    const graph = new Graph();
    const layers = new Layers(
      parameters,
      (wanted) => maps[mapSpecs.findIndex((s) => JSON.stringify(s) === JSON.stringify(wanted))]!,
      {
        statistics: mode === "eval" ? "running" : "batch",
        momentum: 0,
        epsilon: backbone.epsilon,
        trainable: () => true,
      },
    );
    const x = inputTensor(gpu, owned, "x", numbers(file, "x"), 3);
    const logits = layers.linear(graph, backbone.emit(graph, layers, x), "final");
    const targets = wordTensor(gpu, owned, "targets", numbers(file, "targets"));
    const loss = crossEntropy(graph, logits, targets, { ignore: 255, weight: 1 });
    graph.backward();
    const dx = graph.gradient(x)!;
    const plan = owned.use(new Plan(gpu, graph, [logits, loss, dx]));
    plan.submit();

    const gotLogits = unpadRows(await plan.read(logits), CLASSES);
    const gotLoss = (await plan.read(loss))[0]!;
    const gotDx = unpadRows(await plan.read(dx), 3);
    const gradients = await parameters.gradientDict();
    const norms = numbers(file, "grad_norms");
    const names: string[] = JSON.parse(file.metadata.grad_norm_names!);
    const gotNorms = names.map((key) =>
      Math.hypot(...chunkNorms(gradients.get(key)!.data as Float32Array))
    );
    const normErrors = names.map((_, i) =>
      Math.abs(gotNorms[i]! - norms[i]!) / Math.max(norms[i]!, 1e-12)
    );
    const worst = normErrors.indexOf(Math.max(...normErrors));
    console.log(
      `${name}: logits ${
        relativeError(gotLogits, numbers(file, "logits")).toExponential(1)
      }, loss ${(Math.abs(gotLoss - numbers(file, "loss")[0]!)).toExponential(1)}, dx ${
        relativeError(gotDx, numbers(file, "dx")).toExponential(1)
      }, worst gradient norm ${normErrors[worst]!.toExponential(2)} (${names[worst]}); ${
        (plan.bytes / 2 ** 20).toFixed(0)
      } MiB planned, ${(plan.liveBytes / 2 ** 20).toFixed(0)} live`,
    );
    assertClose(gotLogits, numbers(file, "logits"), 1e-4, "logits");
    assertClose([gotLoss], numbers(file, "loss"), 1e-4, "loss");
    // Single values jump further than norms do.
    assertClose(gotDx, numbers(file, "dx"), mode === "train" ? 1e-2 : 1e-3, "dx");
    const strayed = names.filter((_, i) => !(normErrors[i]! <= NORM_TOLERANCE));
    assert.deepEqual(strayed, [], "gradient norms");
    for (const [key, tensor] of file.tensors) {
      if (!key.startsWith("grad/")) continue;
      assertClose(
        gradients.get(key.slice(5))!.data as Float32Array,
        tensor.data as Float32Array,
        mode === "train" ? 1e-2 : 1e-3,
        key,
      );
    }
  });
}

/** Norms of slices: `Math.hypot` takes a bounded number of arguments. */
function chunkNorms(values: Float32Array): number[] {
  const norms: number[] = [];
  for (let first = 0; first < values.length; first += 4096) {
    norms.push(Math.sqrt(values.subarray(first, first + 4096).reduce((s, v) => s + v * v, 0)));
  }
  return norms;
}
