/**
 * Runs methods over scenes with known labels, all from the same checkpoint in the same run.
 *
 * @module
 */
import type { Camera, Photo, Scan } from "../scan/mod.ts";
import { segmentOptions } from "../ttt/options.ts";
import type { Method, Segmenter } from "../ttt/types.ts";
import { Confusion } from "./confusion.ts";
import type { SceneResult } from "./results.ts";

/** A scene to judge methods on. */
export interface EvalScene {
  domain: string;
  seed: number;
  id: string;
  scan: Scan;
  photos: readonly Photo[];
  cameras: readonly Camera[];
}

/** What {@link evaluate} needs. */
export interface EvaluationOptions {
  engine: Segmenter;
  scenes: AsyncIterable<EvalScene>;
  methods: readonly Method[];
  /** Settings of the methods that take gradient steps, as clients send them; defaults where left out. */
  settings?: Readonly<Record<string, unknown>>;
  /** Hears of every result as it comes. */
  onResult?: (result: SceneResult) => void;
}

/**
 * Every method on every scene. Methods never see labels. What online adaptation has learned is forgotten
 * where another domain or seed begins.
 *
 * @throws {TypeError} where a scene has no labels.
 */
export async function evaluate(options: EvaluationOptions): Promise<SceneResult[]> {
  const { engine, scenes, methods, onResult } = options;
  const results: SceneResult[] = [];
  let sequence = "";
  for await (const { domain, seed, id, scan, photos, cameras } of scenes) {
    const truth = scan.labels;
    if (!truth) throw new TypeError(`Cannot judge methods on ${id}: it has no labels`);
    if (sequence !== (sequence = `${domain} ${seed}`)) engine.resetOnline();
    for (const method of methods) {
      const settings = { ...options.settings, method, evaluate: false };
      const start = performance.now();
      const { labels, report } = await engine.segment({
        scan: { ...scan, labels: null },
        photos,
        cameras,
        options: segmentOptions(settings, photos.length > 0),
      });
      const result: SceneResult = {
        domain,
        seed,
        scene: id,
        method,
        confusion: new Confusion(engine.student.classes.length).add(truth, labels),
        seconds: (performance.now() - start) / 1000,
        gradientSteps: report.steps,
      };
      results.push(result);
      onResult?.(result);
    }
  }
  return results;
}
