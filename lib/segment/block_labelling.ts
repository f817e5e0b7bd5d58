/**
 * Labels a scan that is too large for one piece, block by block: a method learns on blocks that it draws, then
 * reads every block with the same weights and the same statistics of the norm layers, so that seams do not
 * show. One block is held at a time.
 *
 * @module
 */
import type { PointBuffer } from "../pairing/mod.ts";
import { OptionError } from "../ttt/option_error.ts";
import type { Block } from "../voxels/blocks.ts";
import type { Labelled, Labelling } from "./labelling.ts";
import { methodRandom, predictVoxels } from "./labelling.ts";
import {
  type AdaptationContext,
  type BlockContext,
  METHODS,
  type UnreadBlock,
} from "../ttt/methods/mod.ts";
import { nothingSeen, pairPhotographs } from "../ttt/photographs.ts";
import { labelsOf, type Probabilities } from "../ttt/probabilities.ts";
import { pickPoints } from "../voxels/points.ts";
import { SparseScan } from "../voxels/sparse_scan.ts";

/** Methods that take large scans. */
const BLOCKWISE = [...METHODS.values()].filter(({ blockwise }) => blockwise).map(({ name }) =>
  name
);

/** Bytes that visibility binds for each point. */
const PROJECTED_BYTES = 16;

/**
 * Labels a scan by its blocks.
 *
 * @throws {OptionError} where the method needs the whole scan at once, or labels on the way were asked for.
 */
export async function labelByBlocks(
  labelling: Labelling,
  blocks: readonly Block[],
): Promise<Labelled> {
  const { gpu, method, points, settings, readouts, work, source } = labelling;
  const { blockwise } = method;
  const count = points.positions.length / 3;
  if (!blockwise) {
    throw new OptionError(
      `Cannot use method ${method.name} on ${count} points: the scan is cut into ${blocks.length} blocks, ` +
        `which this method cannot; set a larger voxelSize, or use ${BLOCKWISE.join(", ")}`,
      "method",
    );
  }
  if (labelling.snapshots.length > 0) {
    throw new OptionError(
      `Cannot label ${count} points on the way: the scan is cut into ${blocks.length} blocks`,
      "snapshots",
    );
  }
  using owned = new DisposableStack();
  const occluders = labelling.photographs && uploadParts(labelling, owned);
  const open: BlockContext["open"] = (index, use, pairs = true) =>
    openBlock(labelling, blocks[index]!, pairs ? occluders : null, use);
  const context: BlockContext = {
    gpu,
    student: labelling.student,
    card: labelling.card,
    parameters: source,
    random: methodRandom(),
    memory: labelling.memory,
    work,
    blocks: blocks.length,
    open,
  };
  const learned = blockwise.learn && owned.use(await blockwise.learn(context, settings));
  const parameters = learned?.parameters ?? source;

  const wanted = [settings, ...readouts];
  const byPoint = wanted.map(() => ({ labels: new Uint8Array(count), seconds: 0 }));
  const sourceLabels = new Uint8Array(count);
  const confidence = new Float32Array(count);
  let voxels = 0;
  let pointsSeen = 0;
  for (const [index, { points: numbers, core }] of blocks.entries()) {
    await open(index, async (block) => {
      const from = await work.time(
        "predict",
        () => predictVoxels({ ...block, parameters: source }),
      );
      const said: Probabilities[] = [];
      const reading: AdaptationContext = { ...block, parameters, source: from };
      for (const [i, by] of wanted.entries()) {
        const start = performance.now();
        said.push(await work.time("predict", () => blockwise.read(reading, by)));
        if (i > 0) byPoint[i]!.seconds += (performance.now() - start) / 1000;
      }
      const rows = await gpu.read(block.scan.voxels.pointRow, Uint32Array, numbers.length);
      const answers = [...said, from].map(labelsOf);
      const counted = new Set<number>();
      rows.forEach((row, i) => {
        if (core[i] === 0) return;
        const point = numbers[i]!;
        byPoint.forEach(({ labels }, k) => labels[point] = answers[k]!.labels[row]!);
        sourceLabels[point] = answers.at(-1)!.labels[row]!;
        confidence[point] = answers[0]!.confidence[row]!;
        pointsSeen += block.photographs?.seen[row] ?? 0;
        counted.add(row);
      });
      voxels += counted.size;
    });
    work.blockDone(index + 1, blocks.length);
  }
  if (labelling.photographs && pointsSeen === 0) throw nothingSeen();
  const [own, ...others] = byPoint;
  return {
    labels: own!.labels,
    confidence,
    sourceLabels,
    snapshots: [],
    readouts: others,
    voxels,
    blocks: blocks.length,
    pointsSeen,
    steps: learned?.steps ?? 0,
    losses: learned?.losses ?? [],
    drift: learned?.drift,
    note: learned?.note,
  };
}

/** Builds a block on the GPU, gives it to `use` and frees it. */
async function openBlock<T>(
  labelling: Labelling,
  { points: numbers }: Block,
  occluders: readonly PointBuffer[] | null,
  use: (block: UnreadBlock) => Promise<T>,
): Promise<T> {
  const { gpu, student, card, voxelSize, work, photographs: given } = labelling;
  using owned = new DisposableStack();
  const points = pickPoints(labelling.points, numbers);
  const scan = owned.use(
    await work.time(
      "voxelize",
      () => SparseScan.build(gpu, student, card.features, points, voxelSize),
    ),
  );
  const photographs = given && occluders &&
    await work.time("pair", () => pairPhotographs(gpu, scan, given, owned, occluders));
  return await use({
    gpu,
    student,
    card,
    scan,
    points,
    parameters: labelling.source,
    photographs,
    random: methodRandom(),
    memory: labelling.memory,
    snapshots: [],
    work,
  });
}

/** The whole scan in parts that the adapter binds, to hide what lies behind. */
function uploadParts(
  { gpu, points: { positions } }: Labelling,
  owned: DisposableStack,
): PointBuffer[] {
  const most = Math.floor(gpu.limits.maxStorageBufferBindingSize / PROJECTED_BYTES);
  const parts: PointBuffer[] = [];
  for (let first = 0; first < positions.length / 3; first += most) {
    const part = positions.subarray(3 * first, 3 * (first + most));
    parts.push({
      positions: owned.use(gpu.upload("scan", part as Float32Array<ArrayBuffer>)),
      points: part.length / 3,
    });
  }
  return parts;
}
