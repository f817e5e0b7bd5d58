/**
 * The student: a MinkUNet with two linear heads, ρ_Y for classes and ρ_2D for the teacher's features
 * (arXiv 2403.11691). ρ_2D is one linear layer: an MLP let the backbone drift sooner.
 *
 * @module
 */
import type { Graph } from "../graph/graph.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { KernelMapSpec } from "../sparse/mod.ts";
import type { StudentCard } from "./card.ts";
import type { Layers } from "./layers.ts";
import {
  featureChannels,
  minkUNet,
  minkUNetMaps,
  minkUNetParameters,
  MINKUNETS,
  type MinkUNetShape,
} from "./minkunet.ts";
import type { ParameterSpec } from "./parameters.ts";

/** Entry of a checkpoint that is no parameter: the teacher's mean over source points, [1, D]. */
export const CENTRE = "distillation.centre";

/** The network that a card describes. */
export class Student {
  readonly shape: MinkUNetShape;
  readonly classes: number;
  readonly teacherWidth: number;

  constructor(card: Pick<StudentCard, "backbone" | "classes" | "features" | "teacher">) {
    if (!Object.hasOwn(MINKUNETS, card.backbone)) {
      throw new RangeError(`Cannot build "${card.backbone}": no such MinkUNet`);
    }
    this.shape = { ...MINKUNETS[card.backbone]!, inChannels: card.features.length };
    this.classes = card.classes.length;
    this.teacherWidth = card.teacher.width;
  }

  /** Kernel maps to build before {@link Student.backbone}. */
  maps(): KernelMapSpec[] {
    return minkUNetMaps(this.shape);
  }

  /** All state-dict entries: backbone, `final` (ρ_Y), `distillation` (ρ_2D). */
  parameters(): ParameterSpec[] {
    const channels = featureChannels(this.shape);
    const head = (name: string, part: ParameterSpec["part"], cout: number): ParameterSpec[] => [
      { name: `${name}.kernel`, part, kind: "kernel", shape: [channels, cout] },
      { name: `${name}.bias`, part, kind: "bias", shape: [1, cout] },
    ];
    return [
      ...minkUNetParameters(this.shape),
      ...head("final", "classes", this.classes),
      ...head("distillation", "distillation", this.teacherWidth),
    ];
  }

  /** ψ: x [voxels][input channels] -> features [voxels][planes[7]]. */
  backbone(graph: Graph, layers: Layers, x: Tensor): Tensor {
    return minkUNet(graph, this.shape, layers, x);
  }

  /** ρ_Y: features -> logits [voxels][classes]. */
  classHead(graph: Graph, layers: Layers, features: Tensor): Tensor {
    return layers.linear(graph, features, "final");
  }

  /** ρ_2D: features -> what the teacher should see there, [voxels][D]. */
  distillationHead(graph: Graph, layers: Layers, features: Tensor): Tensor {
    return layers.linear(graph, features, "distillation");
  }
}
