/**
 * The contract of adaptation methods: given a scan, the teacher's targets for its voxels and the source
 * weights, a method returns class probabilities. Nothing that reaches a method holds labels of the scan; what a person
 * has corrected for its sake is the one exception.
 *
 * @module
 */
import type { z } from "zod";
import type { DistillationTarget } from "../graph/losses/cosine_distillation.ts";
import type { StudentCard } from "../nn/card.ts";
import type { Parameters } from "../nn/parameters.ts";
import type { Random } from "../random/random.ts";
import type { Points } from "../voxels/points.ts";
import type { Drift } from "./online_state.ts";
import type { PlanContext } from "./plans/context.ts";
import type { LossReader } from "./plans/loss_history.ts";
import type { Probabilities } from "./probabilities.ts";
import type { Progress } from "./progress.ts";

/**
 * How the weights that a method starts from were trained: on labels alone; jointly with distillation; jointly
 * with masked reconstruction; or, as an upper bound, on labelled scenes of the target domain itself.
 */
export type CheckpointKind = "labels" | "joint" | "mae" | "oracle";

/** All kinds of checkpoints. */
export const CHECKPOINT_KINDS: readonly CheckpointKind[] = ["labels", "joint", "mae", "oracle"];

/** What the teacher says of a scan's voxels. */
export interface PhotographTargets {
  /** By voxel: the mean feature over all views. */
  readonly target: DistillationTarget;
  /** f32 [voxels]: 1 where a voxel has a target, else 0. */
  readonly seen: Float32Array;
  /** Number of views. */
  readonly views: number;
  /** Share of the points that at least one view sees, from 0 to 1: of the scan, or of a block. */
  readonly share: number;
  /** Pairs the scan with some of the views only; the caller owns the result. */
  pair(views: readonly number[]): Promise<DistillationTarget & Disposable>;
}

/** Where a method reports what it is doing, and learns that it must stop. */
export interface WorkMonitor {
  /** Announces a phase and times it; throws the signal's reason once the client has left. */
  time<T>(phase: Progress["phase"], work: () => Promise<T>): Promise<T>;
  /**
   * To be awaited after every gradient step: waits until the step before it is done (the last one: until it is done
   * itself), so that the GPU never waits for the host; throws the signal's reason once the client has left, and reports
   * progress every few steps, with the last loss of `history`.
   */
  stepped(step: number, steps: number, history: LossReader): Promise<void>;
  /** Reports how many parts of a phase are done; throws the signal's reason once the client has left. */
  advanced(phase: Progress["phase"], done: number, total: number): void;
  /** The same without announcements, for the work on one block among many. */
  readonly quiet: WorkMonitor;
}

/** What an online method keeps from scan to scan; forgotten at the end of a sequence. */
export interface OnlineMemory {
  /** Returns what was kept; the first time, keeps and returns what `make` makes. */
  recall<T extends Disposable>(make: () => T): T;
}

/** What a method is given. `parameters` are the source weights, which must not be written to. */
export interface AdaptationContext extends PlanContext {
  readonly card: StudentCard;
  /** The points of the scan, for augmentations; no labels. */
  readonly points: Points;
  /** Null where no photographs came or the method does not use them. */
  readonly photographs: PhotographTargets | null;
  /** Class of every voxel that a person has corrected, `UNCORRECTED` for the others; null where nobody has. */
  readonly corrections: Uint32Array | null;
  /** The prediction of the source weights with running statistics. */
  readonly source: Probabilities;
  readonly random: Random;
  readonly memory: OnlineMemory;
  /** Steps after which predictions are wanted too; 0 is before the first. */
  readonly snapshots: readonly number[];
  readonly work: WorkMonitor;
}

/** A block of a large scan before the source weights have predicted it. */
export type UnpredictedBlock = Omit<AdaptationContext, "source">;

/** A scan that is too large for one piece, as overlapping blocks. */
export interface BlockContext extends
  Pick<
    AdaptationContext,
    "gpu" | "student" | "parameters" | "card" | "random" | "memory" | "work"
  > {
  /** Number of blocks. */
  readonly blocks: number;
  /**
   * Builds one block, passes it to `use` and frees it. One block is open at a time.
   *
   * @param pairs whether the block's targets are needed; true by default. Pairing costs a pass over the whole scan.
   */
  open<T>(
    index: number,
    use: (block: UnpredictedBlock) => Promise<T>,
    pairs?: boolean,
  ): Promise<T>;
}

/** Weights that a method adapted to a large scan, with the running statistics to predict by. Owns both. */
export interface AdaptedWeights extends Disposable {
  readonly parameters: Parameters;
  /** Those from before the steps, where a setting gives them a say. */
  readonly unadapted?: Parameters | undefined;
  /** Share of the points that photographs see, where a setting asks for it. */
  readonly share?: number;
  readonly steps: number;
  readonly losses: readonly number[];
  readonly drift?: Drift;
  readonly note?: string | undefined;
}

/** How a method labels a scan that is too large for one piece. */
export interface BlockwiseAdaptation<Settings = unknown> {
  /**
   * Adapts to blocks that it draws; left out where the source weights predict as they are.
   *
   * @param others further settings to read the adapted weights by, as in {@link Method.adapt}.
   */
  learn?(
    context: BlockContext,
    settings: Settings,
    others: readonly Settings[],
  ): Promise<AdaptedWeights>;
  /** Predicts one block by the adapted weights, with running statistics, so that both sides of a seam agree. */
  read(
    block: AdaptationContext,
    settings: Settings,
    adapted: Pick<AdaptedWeights, "unadapted" | "share">,
  ): Promise<Probabilities>;
}

/** A prediction on the way to the last step. */
export interface ProbabilitySnapshot {
  readonly step: number;
  readonly probabilities: Probabilities;
}

/** A prediction by other settings than the method's own, and how long it took. */
export interface ProbabilityReadout {
  readonly probabilities: Probabilities;
  readonly seconds: number;
}

/** What a method returns. */
export interface AdaptationResult {
  readonly probabilities: Probabilities;
  /** Gradient steps taken. */
  readonly steps: number;
  /** The method's own loss before each step and, where it measures it, after the last one. */
  readonly losses: readonly number[];
  /** Predictions after the requested steps, as far as they were reached. */
  readonly snapshots?: readonly ProbabilitySnapshot[];
  /** Predictions by the further settings that {@link Method.adapt} was given, in their order. */
  readonly readouts?: readonly ProbabilityReadout[];
  /** How far the weights of an online method are from the source. */
  readonly drift?: Drift;
  /** What the method decided by itself, for reports: why it stopped early, or why it did not adapt. */
  readonly note?: string | undefined;
}

/** Checks the settings of a method. */
export interface SettingsParser {
  /**
   * Checks settings and fills in the defaults.
   *
   * @throws {Error} naming the settings that cannot be.
   */
  parse(given: unknown): Readonly<Record<string, unknown>>;
}

/** What is known of a method without running it. */
export interface MethodInfo {
  /** As on the command line. */
  readonly name: string;
  /** One line: what is adapted, by which loss, and who published it. */
  readonly about: string;
  /** The checkpoint that it starts from. */
  readonly checkpoint: CheckpointKind;
  /** Whether it needs photographs, or virtual views in their place. */
  readonly usesPhotographs: boolean;
  /** Whether the weights are kept from scan to scan. */
  readonly online: boolean;
  /** Whether corrected points have a say: its steps learn from them, or they vote alone where it takes none. */
  readonly takesCorrections?: true;
  /** Name of the loss that its gradient steps lower; null where it takes none. */
  readonly lossName: string | null;
  /**
   * The settings' defaults and bounds. Where a method has a grid, the defaults are what
   * `npx -y deno@2.9.6 task eval --tune --scenes 2` found on validation rooms: the cheapest within 0.1 points of the best.
   */
  readonly settings: SettingsParser;
  /** Settings to try on validation scenes; every method that has a grid has the same number of them. */
  readonly grid: readonly Readonly<Record<string, unknown>>[];
  /**
   * Names of the settings that bear on the readout of adapted weights only, not on the steps. Left out by
   * methods that have a single readout.
   */
  readonly readouts?: readonly string[];
  /**
   * Settings by which its steps move nothing: its step 0, where no method without steps predicts as it does. Left out by the
   * others, whose step 0 is `bn` or `fusion`.
   */
  readonly unmoved?: Readonly<Record<string, unknown>>;
  /** Whether it moves nothing but the statistics of batch norm; left out by methods that move weights, or nothing. */
  readonly movesStatisticsOnly?: true;
}

/** A method as the registry holds it, the type of its settings erased. */
export interface Method extends MethodInfo {
  /** A strict schema. */
  readonly settings: z.ZodObject;
  /** How it labels scans that are too large for one piece; left out where it cannot. */
  readonly blockwise?: BlockwiseAdaptation;
  /**
   * Adapts to one scan and labels it.
   *
   * @param others further settings to read the adapted weights by; they differ from `settings` only in what
   *   {@link MethodInfo.readouts} names.
   */
  adapt(
    context: AdaptationContext,
    settings: unknown,
    others?: readonly unknown[],
  ): Promise<AdaptationResult>;
}

/** Whether a method has a setting of this name. */
export function hasSetting({ settings }: Method, name: string): boolean {
  return Object.hasOwn(settings.shape, name);
}

/** Defines a method; `adapt` gets settings of the type that its schema gives. */
export function defineMethod<Schema extends z.ZodObject>(
  method: Omit<Method, "settings" | "grid" | "adapt" | "blockwise"> & {
    readonly settings: Schema;
    readonly blockwise?: BlockwiseAdaptation<z.output<Schema>>;
    readonly grid: readonly Partial<z.output<Schema>>[];
    adapt(
      context: AdaptationContext,
      settings: z.output<Schema>,
      others?: readonly z.output<Schema>[],
    ): Promise<AdaptationResult>;
  },
): Method {
  return method as unknown as Method;
}

/** Returns the targets of a method that needs them; the engine has refused scans without photographs. */
export function photographsOf(
  context: Pick<AdaptationContext, "photographs">,
): PhotographTargets {
  if (!context.photographs) throw new TypeError("Cannot adapt: the scan has no photographs");
  return context.photographs;
}
