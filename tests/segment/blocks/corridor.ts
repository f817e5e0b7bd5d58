/**
 * A long scan that can be cut anywhere, with a network that is small.
 *
 * @module
 */
import type { Gpu } from "../../../lib/gpu/mod.ts";
import { initialState } from "../../../lib/nn/initialise.ts";
import { Parameters } from "../../../lib/nn/parameters.ts";
import { Student } from "../../../lib/nn/student.ts";
import { Random } from "../../../lib/random/random.ts";
import type { LabellingTask } from "../../../lib/segment/labelling.ts";
import { Votes } from "../../../lib/segment/labels/votes.ts";
import { ScanMonitor } from "../../../lib/segment/scan_monitor.ts";
import { METHODS } from "../../../lib/ttt/methods/mod.ts";
import { CARD } from "../../ttt/small_scan.ts";

/** A line of coloured points, 600 m long for 4,000 and one voxel wide: no block's middle is within reach of both its ends. */
function corridor(count: number) {
  const random = new Random(3);
  const length = 0.15 * count;
  const positions = new Float32Array(3 * count);
  for (let p = 0; p < count; p++) {
    positions.set([random.range(0, length), random.range(0, 0.3), random.range(0, 0.3)], 3 * p);
  }
  return {
    positions,
    origin: [0, 0, 0] as [number, number, number],
    colors: Float32Array.from(positions, () => random.uniform()),
    intensity: null,
    normals: null,
    aboveGround: positions.filter((_, i) => i % 3 === 2),
  };
}

/** A corridor to be labelled by a network of random weights; `owned` gets the weights. */
export function corridorTask(gpu: Gpu, owned: DisposableStack, count = 4_000): LabellingTask {
  const student = new Student(CARD);
  const source = owned.use(new Parameters(gpu, student.parameters()));
  const random = new Random(11);
  source.load(initialState(source.specs, () => random.uniform()));
  const points = corridor(count);
  return {
    gpu,
    student,
    // By its height, a point may be of another class than its voxel.
    card: { ...CARD, heights: { [CARD.classes[0]!]: [0.15, null] } },
    source,
    method: METHODS.get("source")!,
    settings: {},
    readouts: [],
    probabilities: true,
    snapshots: [],
    suggestions: 0,
    corrections: null,
    votes: new Votes(null),
    unvoted: null,
    points,
    voxelSize: CARD.voxelSize,
    views: null,
    paired: () => {},
    memory: { recall: (make) => make() },
    work: new ScanMonitor(gpu, {}),
  };
}
