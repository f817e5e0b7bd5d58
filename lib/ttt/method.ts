/**
 * What an adaptation method is: given a scan, its photographs as the teacher sees them, and the source
 * weights, it returns class probabilities. Nothing that reaches a method holds labels.
 *
 * @module
 */
import { z } from "zod";
import type { DistillationTarget } from "../graph/losses/cosine_distillation.ts";
import type { StudentCard } from "../nn/card.ts";
import type { Random } from "../random/random.ts";
import type { Parameters } from "../nn/parameters.ts";
import type { LossHistory, PlanContext } from "./plans.ts";
import type { Probabilities } from "./probabilities.ts";
import type { Points } from "../voxels/points.ts";
import type { Drift } from "./online_state.ts";
import type { Progress } from "./progress.ts";

/**
 * How the weights that a method starts from were trained: on labels alone; jointly with distillation; jointly
 * with masked reconstruction; or, as an upper bound, on labelled scenes of the target itself.
 */
export const CHECKPOINT_KINDS = ["labels", "joint", "mae", "oracle"] as const;

export type CheckpointKind = typeof CHECKPOINT_KINDS[number];

/** The photographs of a scan as the teacher sees them. */
export interface PhotographTargets {
  /** By voxel: the mean over all views. */
  readonly target: DistillationTarget;
  /** f32 [voxels]: 1 where a voxel has a target, else 0. */
  readonly seen: Float32Array;
  /** Number of photographs. */
  readonly views: number;
  /** Targets from some of the views alone; owned by the caller. */
  pair(views: readonly number[]): Promise<DistillationTarget & Disposable>;
}

/** Where a method says what it is doing, and hears that it must stop. */
export interface Work {
  /** Times a phase and announces it; throws where the client has left. */
  time<T>(phase: Progress["phase"], work: () => Promise<T>): Promise<T>;
  /**
   * To be awaited after every gradient step: waits for the GPU, throws where the client has left, and reports
   * progress now and then, with the last loss of `history`.
   */
  stepped(step: number, steps: number, history: LossHistory): Promise<void>;
  /** Announces that so many blocks of a large scan are labelled; throws where the client has left. */
  blockDone(done: number, blocks: number): void;
}

/** What an online method keeps from scan to scan; forgotten when a sequence ends. */
export interface Memory {
  /** What was kept, or what `make` gives the first time. */
  recall<T extends Disposable>(make: () => T): T;
}

/** Everything a method is given. `parameters` are the source weights: never write to them. */
export interface AdaptationContext extends PlanContext {
  readonly card: StudentCard;
  /** The points of the scan, for augmented views; no labels. */
  readonly points: Points;
  /** Null where no photographs came or the method does not use them. */
  readonly photographs: PhotographTargets | null;
  /** What the source weights predict with running statistics. */
  readonly source: Probabilities;
  readonly random: Random;
  readonly memory: Memory;
  /** Steps after which predictions are wanted too (0: before the first). */
  readonly snapshots: readonly number[];
  readonly work: Work;
}

/** A block of a large scan that nobody has predicted yet; a scan of its own to a method. */
export type UnreadBlock = Omit<AdaptationContext, "source">;

/** A scan that is too large for one piece, as blocks that overlap. */
export interface BlockContext extends
  Pick<
    AdaptationContext,
    "gpu" | "student" | "parameters" | "card" | "random" | "memory" | "work"
  > {
  /** How many there are. */
  readonly blocks: number;
  /**
   * Opens one, gives it to `use`, and closes it. One is open at a time.
   *
   * @param pairs whether its photographs are wanted; true by default. Pairing looks through the whole scan.
   */
  open<T>(
    index: number,
    use: (block: UnreadBlock) => Promise<T>,
    pairs?: boolean,
  ): Promise<T>;
}

/** What a method learned of a large scan. Owns its parameters, whose running statistics are those to read by. */
export interface Learned extends Disposable {
  readonly parameters: Parameters;
  readonly steps: number;
  readonly losses: readonly number[];
  readonly drift?: Drift;
  readonly note?: string | undefined;
}

/** How a method goes about a large scan. */
export interface Blockwise<Settings = unknown> {
  /** Learns on blocks that it draws; left out where the source weights are read as they are. */
  learn?(context: BlockContext, settings: Settings): Promise<Learned>;
  /** Reads one block by what was learned, with running statistics: alike on both sides of a seam. */
  read(block: AdaptationContext, settings: Settings): Promise<Probabilities>;
}

/** What a method found. */
export interface Adapted {
  readonly probabilities: Probabilities;
  /** Gradient steps taken. */
  readonly steps: number;
  /** The method's own loss before each step and, where it knows it, after the last one. */
  readonly losses: readonly number[];
  /** Predictions at the steps that were asked for, as far as they were reached. */
  readonly snapshots?: readonly { step: number; probabilities: Probabilities }[];
  /** Predictions by the further settings that {@link Method.adapt} was given, in their order. */
  readonly readouts?: readonly { probabilities: Probabilities; seconds: number }[];
  /** Where the weights stand that an online method keeps. */
  readonly drift?: Drift;
  /** What a method decided by itself, for reports: why it stopped, or that it did not trust itself. */
  readonly note?: string;
}

/** A method with its settings' types forgotten, as the registry holds it. */
export interface Method {
  /** As on the command line. */
  readonly name: string;
  /** One line: what moves, towards what, and where it is from. */
  readonly about: string;
  readonly checkpoint: CheckpointKind;
  readonly usesPhotographs: boolean;
  /** Whether it learns from scan to scan. */
  readonly online: boolean;
  /** What the loss is called that its gradient steps lower; null where it takes none. */
  readonly lossName: string | null;
  /**
   * Settings with defaults and bounds; strict. Where a method has a grid, the defaults are what `deno task eval
   * --tune --scenes 2` found on validation rooms, the cheapest within 0.1 points of the best.
   */
  readonly settings: z.ZodObject;
  /** Settings tried on validation scenes, the same number for every method that has any. */
  readonly grid: readonly Readonly<Record<string, unknown>>[];
  /**
   * Names of the settings that say how adapted weights are read; all others bear on the steps. Left out by
   * methods that take one prediction alone.
   */
  readonly readouts?: readonly string[];
  /** How it labels scans that are too large for one piece; left out where it cannot. */
  readonly blockwise?: Blockwise;
  /** @param others further settings that differ from `settings` in the names of `readouts` alone. */
  adapt(
    context: AdaptationContext,
    settings: unknown,
    others?: readonly unknown[],
  ): Promise<Adapted>;
}

/** Defines a method; settings reach `adapt` parsed. */
export function defineMethod<Schema extends z.ZodObject>(
  method: Omit<Method, "settings" | "grid" | "adapt" | "blockwise"> & {
    readonly settings: Schema;
    readonly blockwise?: Blockwise<z.output<Schema>>;
    readonly grid: readonly Partial<z.output<Schema>>[];
    adapt(
      context: AdaptationContext,
      settings: z.output<Schema>,
      others?: readonly z.output<Schema>[],
    ): Promise<Adapted>;
  },
): Method {
  return method as unknown as Method;
}

/** The photographs of a method that cannot do without; the engine has refused scans without them. */
export function photographsOf(
  context: Pick<AdaptationContext, "photographs">,
): PhotographTargets {
  if (!context.photographs) throw new TypeError("Cannot adapt: the scan has no photographs");
  return context.photographs;
}

/** A number as a setting; a query or a command line may give it as text. */
export function numberSetting(
  initial: number,
  { min, max, integer = false }: { min: number; max: number; integer?: boolean },
) {
  const error = `it is ${integer ? "a whole number" : "a number"} from ${min} to ${max}`;
  const number = z.number({ error }).min(min, { error }).max(max, { error });
  return z.preprocess(
    (value) => typeof value === "string" && value.trim() !== "" ? Number(value) : value,
    integer ? number.int({ error }) : number,
  ).default(initial);
}

/** A yes or no as a setting; a query or a command line may give it as text. */
export function flagSetting(initial: boolean) {
  const error = "it is true or false";
  return z.preprocess(
    (value) => value === "true" ? true : value === "false" ? false : value,
    z.boolean({ error }),
  ).default(initial);
}

/** One of several words as a setting. */
export function choiceSetting<const T extends readonly [string, ...string[]]>(
  initial: T[number],
  choices: T,
) {
  return z.enum(choices, { error: `it is one of ${choices.join(", ")}` }).default(initial as never);
}

/** Settings of a method that has none. */
export const NO_SETTINGS = z.strictObject({});
