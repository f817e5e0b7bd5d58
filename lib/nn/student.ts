/**
 * The student: a backbone with linear heads, ρ_Y for classes and ρ_2D for the teacher's features
 * (arXiv 2403.11691). ρ_2D is one linear layer: an MLP let the backbone drift sooner. Beside them stands a
 * probe, a small MLP that tells classes from the teacher's features alone: what fusion adds to the network,
 * and the control that shows how much of a gain the teacher could give without any adaptation.
 *
 * @module
 */
import type { Graph } from "../graph/graph.ts";
import { gelu } from "../graph/ops/activation.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { KernelMapSpec } from "../sparse/mod.ts";
import type { StudentCard } from "./card.ts";
import type { Layers } from "./layers.ts";
import type { Network } from "./network.ts";
import { networkOf } from "./networks.ts";
import type { ParameterSpec } from "./parameters.ts";

/** Entry of a checkpoint that is no parameter: the teacher's mean over source points, [1, D]. */
export const CENTRE = "distillation.centre";

/** Hidden channels of the probe. */
const PROBE_WIDTH = 64;

/** The network that a card describes. */
export class Student {
  readonly network: Network;
  readonly classes: number;
  /** Width of the teacher's features; null where the student knows no teacher. */
  readonly teacherWidth: number | null;
  /** Whether it has ρ_2D and the probe; without them features are compared with the teacher's as they are. */
  readonly hasTeacherHeads: boolean;
  /** Outputs of the reconstruction head; null where there is none. */
  readonly reconstructionWidth: number | null;

  constructor(
    card: Pick<StudentCard, "backbone" | "classes" | "features" | "teacher" | "reconstruction">,
  ) {
    this.network = networkOf(card.backbone, card.features.length);
    this.classes = card.classes.length;
    this.teacherWidth = card.teacher?.width ?? null;
    this.hasTeacherHeads = card.teacher !== null && card.teacher.head !== "none";
    this.reconstructionWidth = card.reconstruction ?? null;
  }

  /** Kernel maps to build before {@link Student.backbone}. */
  maps(): KernelMapSpec[] {
    return this.network.maps();
  }

  /**
   * All state-dict entries: backbone, `final` (ρ_Y), then, where it has them, `distillation` (ρ_2D), `probe`
   * and `reconstruction`.
   */
  parameters(): ParameterSpec[] {
    const channels = this.network.featureChannels;
    const { classes, teacherWidth, reconstructionWidth } = this;
    const specs = [
      ...this.network.parameters(),
      ...layer("final", "classes", channels, classes),
    ];
    if (teacherWidth !== null && this.hasTeacherHeads) {
      specs.push(
        ...layer("distillation", "distillation", channels, teacherWidth),
        ...layer("probe.0", "probe", teacherWidth, PROBE_WIDTH),
        ...layer("probe.2", "probe", PROBE_WIDTH, classes),
      );
    }
    if (reconstructionWidth !== null) {
      specs.push(...layer("reconstruction", "reconstruction", channels, reconstructionWidth));
    }
    return specs;
  }

  /** ψ: x [voxels][input channels] -> features [voxels][channels]. */
  backbone(graph: Graph, layers: Layers, x: Tensor): Tensor {
    return this.network.emit(graph, layers, x);
  }

  /** ρ_Y: features -> logits [voxels][classes]. */
  classHead(graph: Graph, layers: Layers, features: Tensor): Tensor {
    return layers.linear(graph, features, "final");
  }

  /** ρ_2D: features -> what the teacher should see there, [voxels][D]. */
  distillationHead(graph: Graph, layers: Layers, features: Tensor): Tensor {
    return this.hasTeacherHeads ? layers.linear(graph, features, "distillation") : features;
  }

  /**
   * The probe: the teacher's features less their mean, [voxels][D] -> logits [voxels][classes].
   *
   * @throws {TypeError} where the student has none.
   */
  probe(graph: Graph, layers: Layers, features: Tensor): Tensor {
    return layers.linear(graph, gelu(graph, layers.linear(graph, features, "probe.0")), "probe.2");
  }

  /** The reconstruction head: features -> [voxels][reconstruction width]. */
  reconstructionHead(graph: Graph, layers: Layers, features: Tensor): Tensor {
    return layers.linear(graph, features, "reconstruction");
  }
}

/** Specs of a linear layer. */
function layer(
  name: string,
  part: ParameterSpec["part"],
  cin: number,
  cout: number,
): ParameterSpec[] {
  return [
    { name: `${name}.kernel`, part, kind: "kernel", shape: [cin, cout] },
    { name: `${name}.bias`, part, kind: "bias", shape: [1, cout] },
  ];
}
