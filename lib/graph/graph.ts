/**
 * A graph records the launches of a network over one scan, forward first; {@link Graph.backward} walks the tape and adds
 * the launches of the gradient. Nothing runs here: a `Plan` places the tensors and compiles the launches.
 *
 * @module
 */
import { add } from "../../kernels/elementwise/records.ts";
import {
  groupsOf64,
  inStoredPrecision,
  type KernelSetting,
  type Launch,
  launch,
  lossScaleOf,
  type RowPrecision,
} from "../gpu/mod.ts";
import { Tensor } from "./tensor.ts";

/** A learned tensor: its values, where its gradient is summed, and whether it is trained. */
export interface Parameter {
  /** What is learned. */
  readonly values: Tensor;
  /** Sum of the gradients since the last step. */
  readonly gradient: Tensor;
  /** Whether ops compute its gradient. */
  readonly trainable: boolean;
  /**
   * Whether the gradient of kernels and linear layers replaces what was summed, which takes fewer bytes than adding to
   * it. It is right where one layer of one graph uses the parameter between two steps; false by default.
   */
  readonly isReplaced?: boolean;
}

interface TapeEntry {
  /** The tensor whose gradient this entry needs; null for a loss, which starts the gradient. */
  output: Tensor | null;
  /** Into how many terms the gradient is summed beforehand, at most. */
  mostTerms: number;
  backward: (terms: readonly Tensor[]) => void;
}

/** Records launches over tensors, and how to differentiate them. */
export class Graph {
  /** The launches so far, in the order in which they run. */
  readonly launches: Launch<Tensor>[] = [];
  readonly #tape: TapeEntry[] = [];
  /** Terms of the gradient with respect to each tensor, in the order in which they are summed. */
  readonly #terms = new Map<Tensor, Tensor[]>();
  /** First level of the batch statistics of tensors, by those that have it. */
  readonly #statistics = new Map<Tensor, Tensor>();
  /** Launches before those of the gradient; null until {@link Graph.backward} runs. */
  #forward: number | null = null;
  /** The matrix kernels of its launches. */
  readonly kernels: KernelSetting;

  /** @param kernels those of the device that is to run it. */
  constructor(kernels: KernelSetting) {
    this.kernels = kernels;
  }

  /** How networks that can store their feature rows in either precision are to store them. */
  get precision(): RowPrecision {
    return this.kernels.precision;
  }

  /** What its losses, and so all its gradients, are multiplied by; optimizers divide by it. */
  get lossScale(): number {
    return lossScaleOf(this.precision);
  }

  /** A float32 tensor for the planner to place. */
  tensor(label: string, rows: number, channels: number, requiresGradient = false): Tensor {
    return new Tensor(label, rows, channels, { requiresGradient });
  }

  /** Feature rows for the planner to place. */
  features(
    label: string,
    rows: number,
    channels: number,
    requiresGradient: boolean,
    precision: RowPrecision,
  ): Tensor {
    return new Tensor(label, rows, channels, { requiresGradient, precision });
  }

  /** A tensor for the gradient with respect to `x`, stored like it. */
  gradientOf(x: Tensor): Tensor {
    return this.features(`grad ${x.label}`, x.rows, x.channels, false, x.precision);
  }

  /**
   * Adds launches to the end of the list.
   *
   * @throws {TypeError} where a kernel that takes float32 alone is given rows in float16.
   */
  emit(...launches: Launch<Tensor>[]): void {
    for (const launch of launches) {
      this.launches.push(inStoredPrecision(launch, ({ precision }) => precision === "f16"));
    }
  }

  /**
   * Notes that the launch which makes `tensor` leaves its first level of batch statistics as well: mean and sum of
   * squared deviations of every 64 rows, [ceil(rows / 64)][2][channels].
   */
  noteStatistics(tensor: Tensor, statistics: Tensor): void {
    this.#statistics.set(tensor, statistics);
  }

  /** What {@link Graph.noteStatistics} noted. */
  statisticsOf(tensor: Tensor): Tensor | undefined {
    return this.#statistics.get(tensor);
  }

  /**
   * Notes how the gradient of `output` reaches the op's inputs. Ops whose inputs need no gradient do not call it.
   */
  differentiable(output: Tensor, backward: (gradient: Tensor) => void): void {
    this.#tape.push({ output, mostTerms: 1, backward: ([gradient]) => backward(gradient!) });
  }

  /**
   * Notes the gradient of an op that sums two terms itself, which spares a pass over the rows where `output` is used
   * twice. The gradient is the sum of the terms that `backward` is given, one or two.
   */
  differentiableByTerms(
    output: Tensor,
    backward: (first: Tensor, second: Tensor | undefined) => void,
  ): void {
    this.#tape.push({
      output,
      mostTerms: 2,
      backward: ([first, second]) => backward(first!, second),
    });
  }

  /** Notes a loss: its gradient starts the backward pass. */
  loss(backward: () => void): void {
    this.#tape.push({ output: null, mostTerms: 0, backward });
  }

  /** Adds a term to the gradient with respect to `tensor`. */
  contribute(tensor: Tensor, term: Tensor): void {
    const terms = this.#terms.get(tensor);
    if (terms) terms.push(term);
    else this.#terms.set(tensor, [term]);
  }

  /**
   * The gradient with respect to `tensor`, times {@link Graph.lossScale}, once {@link Graph.backward} has run; emits the
   * sum of its terms.
   */
  gradient(tensor: Tensor): Tensor | undefined {
    return this.#summed(tensor, 1)?.[0];
  }

  /** Terms of a gradient, the first ones summed until at most `most` are left. */
  #summed(tensor: Tensor, most: number): readonly Tensor[] | undefined {
    const terms = this.#terms.get(tensor);
    while (terms && terms.length > most) {
      const [first, second] = terms.splice(0, 2) as [Tensor, Tensor];
      const sum = this.gradientOf(tensor);
      const count = sum.allQuads;
      this.emit(launch(add, {
        params: { count },
        bindings: [first, second, sum],
        workgroups: groupsOf64(count),
      }));
      terms.unshift(sum);
    }
    return terms;
  }

  /** Emits the gradient of the sum of all losses, walking the tape from its end. Call it once. */
  backward(): void {
    this.#forward = this.launches.length;
    for (const { output, mostTerms, backward } of this.#tape.splice(0).reverse()) {
      const terms = output ? this.#summed(output, mostTerms) : [];
      if (terms) backward(terms);
    }
  }

  /**
   * Bytes that the forward pass leaves for the backward pass: a plan that computes nothing twice needs at least these.
   * 0 where there is no backward pass.
   */
  storedBytes(): number {
    const made = new Set<Tensor>();
    const stored = new Set<Tensor>();
    this.launches.forEach(({ bindings }, step) => {
      for (const tensor of bindings) {
        if (tensor.binding) continue;
        if (step < (this.#forward ?? Infinity)) made.add(tensor);
        else if (made.has(tensor)) stored.add(tensor);
      }
    });
    return [...stored].reduce((sum, { bytes }) => sum + bytes, 0);
  }
}
