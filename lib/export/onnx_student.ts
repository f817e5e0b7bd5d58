/**
 * A student as an ONNX file: the whole network, whose tables of rows are inputs, or one of its dense parts.
 *
 * @module
 */
import type { ModelValue } from "../onnx/onnx_writer.ts";
import { CheckpointError } from "../nn/safetensors.ts";
import type { NamedTensor } from "../nn/safetensors.ts";
import { CENTRE, type Student } from "../nn/student.ts";
import { OnnxGraph, OnnxLayers, type OnnxNormMode, type OnnxRows, voxels } from "./onnx_layers.ts";
import type { TableRequest } from "./scan_tables.ts";

/** Name of the input features of voxels. */
export const FEATURES_NAME = "voxel_features";

/** What can be exported: from features of voxels to logits; from features of the backbone; from the teacher's features. */
export const ONNX_PARTS = ["network", "heads", "probe"] as const;

/** One of {@link ONNX_PARTS}. */
export type OnnxPart = typeof ONNX_PARTS[number];

/** A student, or a part of it, as an ONNX file. */
export interface OnnxStudent {
  readonly onnx: Uint8Array<ArrayBuffer>;
  /** What goes in, in order. */
  readonly inputs: readonly ModelValue[];
  /** What comes out, in order. */
  readonly outputs: readonly ModelValue[];
  /** The tables of a scan among the inputs. */
  readonly tables: readonly TableRequest[];
}

/** The parts of a student that an export needs. */
type ExportedStudent = Pick<
  Student,
  "network" | "hasTeacherHeads" | "backbone" | "classHead" | "probe"
>;

/**
 * Writes a student as ONNX.
 *
 * @param tensors the student's own state dict, with the teacher's mean where it has one.
 * @throws {CheckpointError} where the student lacks the part.
 */
export function exportOnnx(
  student: ExportedStudent,
  tensors: ReadonlyMap<string, NamedTensor>,
  part: OnnxPart,
  statistics: OnnxNormMode["statistics"] = "running",
): OnnxStudent {
  const { network, hasTeacherHeads } = student;
  const graph = new OnnxGraph();
  const layers = new OnnxLayers(tensors, { statistics, epsilon: network.epsilon });
  const outputs: ModelValue[] = [];
  const rows = voxels(0);
  const give = (name: string, value: OnnxRows) => {
    graph.writer.node("Identity", [value.name], {}, [name]);
    outputs.push({ name, dims: [rows, value.channels] });
  };
  const heads = (features: OnnxRows) => {
    give("logits", student.classHead(graph, layers, features));
    if (hasTeacherHeads) give("distillation", layers.head(graph, features, "distillation"));
  };
  const input = inputOf(student, tensors, part);
  const x: OnnxRows = { name: input.name, channels: input.dims[1] };
  if (part === "network") {
    const features = student.backbone(graph, layers, x);
    give("backbone", features);
    heads(features);
  } else if (part === "heads") heads(x);
  else {
    const centre = tensors.get(CENTRE)!;
    const mean = graph.writer.floats(centre.shape, centre.data as Float32Array, CENTRE);
    const centred = { ...x, name: graph.writer.add("Sub", [x.name, mean]) };
    give("logits", student.probe(graph, layers, centred));
  }
  const { tables } = graph;
  const inputs = [input, ...tables.map(({ value }) => value)];
  return {
    onnx: graph.writer.finish({ name: part, inputs, outputs }),
    inputs,
    outputs,
    tables: tables.map(({ request }) => request),
  };
}

/** @throws {CheckpointError} */
function inputOf(
  { network, hasTeacherHeads }: ExportedStudent,
  tensors: ReadonlyMap<string, NamedTensor>,
  part: OnnxPart,
): { name: string; dims: [string, number] } {
  const rows = voxels(0);
  if (part === "network") return { name: FEATURES_NAME, dims: [rows, network.inChannels] };
  if (part === "heads") return { name: "backbone", dims: [rows, network.featureChannels] };
  const width = tensors.get(CENTRE)?.shape[1];
  if (width === undefined || !hasTeacherHeads) {
    throw new CheckpointError(
      "Cannot export the probe: the student has none, since it learned from labels alone",
    );
  }
  return { name: "teacher", dims: [rows, width] };
}
