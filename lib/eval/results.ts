/**
 * From predictions on scenes to `results.json` and a table.
 *
 * @module
 */
import type { Method } from "../ttt/types.ts";
import { Confusion } from "./confusion.ts";
import { bootstrap95, mean } from "./statistics.ts";

/** What one method did on one scene. */
export interface SceneResult {
  domain: string;
  /** Which group of scenes it belongs to. */
  seed: number;
  scene: string;
  method: Method;
  confusion: Confusion;
  seconds: number;
  gradientSteps: number;
}

/** Where and with what an evaluation ran. */
export interface Setting {
  benchmark: string;
  student: string;
  teacher: string;
  adapter: string;
  classes: readonly string[];
}

/** How much better a method is than another, on the same scenes. */
export interface Difference {
  /** Mean over scenes of the difference in mIoU. */
  mean: number;
  ci95: [number, number];
  /** Scenes on which it is better. */
  wins: number;
}

/** One method on one domain. All figures are fractions. */
export interface MethodResult {
  /** Mean over seeds of the mIoU of all points of a seed's scenes together. */
  miou: number;
  perSeed: number[];
  ci95: [number, number];
  perClass: Record<string, number>;
  perScene: Record<string, number>;
  /** Against each method that stands before it. */
  against: Partial<Record<Method, Difference>>;
}

/** `results.json`. */
export interface Results {
  benchmark: string;
  seeds: number;
  student: string;
  teacher: string;
  adapter: string;
  domains: Record<string, Partial<Record<Method, MethodResult>>>;
  cost: Partial<Record<Method, { secondsPerScan: number; gradientSteps: number }>>;
}

/** Sums up an evaluation in which every method saw every scene. */
export function summarise(setting: Setting, all: readonly SceneResult[]): Results {
  const methods = [...new Set(all.map(({ method }) => method))];
  const { classes, ...rest } = setting;
  const results: Results = {
    ...rest,
    seeds: new Set(all.map(({ seed }) => seed)).size,
    domains: {},
    cost: {},
  };
  for (const domain of new Set(all.map((result) => result.domain))) {
    const inDomain = all.filter((result) => result.domain === domain);
    results.domains[domain] = Object.fromEntries(methods.map((method, index) => [
      method,
      methodResult(inDomain, method, methods.slice(0, index), classes),
    ]));
  }
  for (const method of methods) {
    const own = all.filter((result) => result.method === method);
    results.cost[method] = {
      secondsPerScan: mean(own.map(({ seconds }) => seconds)),
      gradientSteps: mean(own.map(({ gradientSteps }) => gradientSteps)),
    };
  }
  return results;
}

function methodResult(
  inDomain: readonly SceneResult[],
  method: Method,
  rivals: readonly Method[],
  classes: readonly string[],
): MethodResult {
  const own = inDomain.filter((result) => result.method === method);
  const seeds = [...new Set(own.map(({ seed }) => seed))];
  const perScene = Object.fromEntries(own.map((r) => [r.scene, r.confusion.miou()]));
  return {
    miou: meanOverSeeds(own),
    perSeed: seeds.map((seed) => pooled(own.filter((result) => result.seed === seed)).miou()),
    ci95: bootstrap95(own, meanOverSeeds),
    perClass: pooled(own).metrics(classes).perClass,
    perScene,
    against: Object.fromEntries(rivals.map((rival) => {
      const differences = inDomain.filter((result) => result.method === rival)
        .map(({ scene, confusion }) => perScene[scene]! - confusion.miou());
      return [rival, {
        mean: mean(differences),
        ci95: bootstrap95(differences, mean),
        wins: differences.filter((difference) => difference > 0).length,
      }];
    })),
  };
}

function meanOverSeeds(results: readonly SceneResult[]): number {
  const seeds = [...new Set(results.map(({ seed }) => seed))];
  return mean(seeds.map((seed) => pooled(results.filter((r) => r.seed === seed)).miou()));
}

function pooled(results: readonly SceneResult[]): Confusion {
  const sum = new Confusion(results[0]!.confusion.classes);
  for (const { confusion } of results) sum.merge(confusion);
  return sum;
}

/** The results as Markdown, in percent; differences are paired by scene. */
export function resultsTable(results: Results): string {
  const lines: string[] = [];
  for (const [domain, byMethod] of Object.entries(results.domains)) {
    const methods = Object.keys(byMethod) as Method[];
    const rivals = methods.slice(0, -1);
    const head = [
      "method",
      "mIoU %",
      "95 %",
      ...rivals.map((r) => `- ${r} (95 %; wins)`),
      "s/scan",
    ];
    lines.push(`domain ${domain}:`, "", row(head), row(head.map(() => "---")));
    for (const method of methods) {
      const { miou, ci95, against, perScene } = byMethod[method]!;
      const scenes = Object.keys(perScene).length;
      lines.push(row([
        method,
        percent(miou),
        `${percent(ci95[0])} to ${percent(ci95[1])}`,
        ...rivals.map((rival) => {
          const d = against[rival];
          return d
            ? `${signed(d.mean)} (${signed(d.ci95[0])} to ${
              signed(d.ci95[1])
            }; ${d.wins}/${scenes})`
            : "";
        }),
        results.cost[method]!.secondsPerScan.toFixed(1),
      ]));
    }
    lines.push("");
  }
  return lines.join("\n");
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

function percent(fraction: number): string {
  return (100 * fraction).toFixed(1);
}

function signed(fraction: number): string {
  return `${fraction >= 0 ? "+" : ""}${percent(fraction)}`;
}
