/**
 * The student: a backbone with two linear heads, ρ_Y for classes and ρ_2D for the teacher's features (arXiv 2403.11691).
 * ρ_2D is one linear layer, since the backbone drifted sooner with an MLP. A probe, a small MLP, reads classes off the
 * teacher's features alone. Fusion combines it with the network; it is also the control that shows how much the teacher
 * gains without any adaptation.
 *
 * @module
 */
import type { Graph } from "../graph/graph.ts";
import { convert } from "../graph/ops/convert.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { StudentCard } from "./card.ts";
import type { Layers } from "./layers.ts";
import type { Network } from "./network.ts";
import type { FeatureRows, LayerGraph, NetworkLayers } from "./network_layers.ts";
import { networkOf } from "./networks.ts";
import type { ParameterSpec } from "./parameter_spec.ts";

/** Name of the checkpoint entry that is no parameter: the teacher's mean feature over source voxels, [1, D]. */
export const CENTRE = "distillation.centre";

/** Hidden channels of the probe. */
const PROBE_WIDTH = 64;

/** The network that a card describes. */
export class Student {
  /** The backbone. */
  readonly network: Network;
  /** Number of classes. */
  readonly classes: number;
  /** Width of the teacher's features; null where the student has no teacher. */
  readonly teacherWidth: number | null;
  /** Whether it has ρ_2D and the probe; otherwise the backbone's features are compared with the teacher's directly. */
  readonly hasTeacherHeads: boolean;
  /** Outputs of the reconstruction head; null where there is none. */
  readonly reconstructionWidth: number | null;

  /** @throws {RangeError} where the card names a network that does not exist. */
  constructor(
    card: Pick<StudentCard, "backbone" | "classes" | "features" | "teacher" | "reconstruction">,
  ) {
    this.network = networkOf(card.backbone, card.features.length);
    this.classes = card.classes.length;
    this.teacherWidth = card.teacher?.width ?? null;
    this.hasTeacherHeads = card.teacher !== null && card.teacher.head !== "none";
    this.reconstructionWidth = card.reconstruction ?? null;
  }

  /**
   * Lists all state-dict entries: those of the backbone, `final` (ρ_Y) and, where it has them, `distillation` (ρ_2D),
   * `probe` and `reconstruction`.
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

  /** Records ψ: x [voxels][input channels] -> features [voxels][channels]. */
  backbone<G extends LayerGraph, T extends FeatureRows>(
    graph: G,
    layers: NetworkLayers<G, T>,
    x: T,
  ): T {
    return this.network.emit(graph, layers, x);
  }

  /** Records ρ_Y: features -> logits [voxels][classes]. */
  classHead<G, T>(graph: G, layers: NetworkLayers<G, T>, features: T): T {
    return layers.head(graph, features, "final");
  }

  /** Records ρ_2D: features -> the teacher's features [voxels][D]; without ρ_2D gives the features themselves. */
  distillationHead(graph: Graph, layers: Layers, features: Tensor): Tensor {
    return this.hasTeacherHeads
      ? layers.head(graph, features, "distillation")
      : convert(graph, features, "f32");
  }

  /**
   * Records the probe: the teacher's features minus their mean, [voxels][D] -> logits [voxels][classes].
   *
   * @throws {TypeError} where the student has no probe.
   */
  probe<G, T>(graph: G, layers: NetworkLayers<G, T>, features: T): T {
    const hidden = layers.head(graph, features, "probe.0");
    return layers.head(graph, layers.gelu(graph, hidden, "probe.1"), "probe.2");
  }

  /**
   * Records the reconstruction head: features -> [voxels][reconstruction width].
   *
   * @throws {TypeError} where the student has no such head.
   */
  reconstructionHead(graph: Graph, layers: Layers, features: Tensor): Tensor {
    return layers.head(graph, features, "reconstruction");
  }
}

/** Entries of a linear layer. */
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
