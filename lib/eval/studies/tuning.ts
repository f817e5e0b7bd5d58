/**
 * Chooses the best setting of each method's grid on validation scenes, by the pooled mIoU in the mean of the
 * shifted domains. All grids have the same number of settings, so no method is tuned more than another.
 *
 * @module
 */
import { maxBy } from "@std/collections/max-by";
import type { Method } from "../../ttt/method.ts";
import type { Table } from "../report/tables.ts";
import { percent } from "../../terminal/format.ts";
import type { Results } from "../results/results.ts";
import { mean } from "../results/bootstrap.ts";
import type { MethodSettings } from "./variant.ts";

/** The settings that were tried for a method, and the best of them. */
export interface TunedMethod {
  method: string;
  /** In the order of the grid; mIoU is a fraction, the mean over domains and by domain. */
  tried: { settings: MethodSettings; miou: number; domains: Record<string, number> }[];
  best: MethodSettings;
}

/** The best settings by the results of a tuning study. */
export function tunedMethods(
  results: Results,
  methods: ReadonlyMap<string, Method>,
): TunedMethod[] {
  const study = results.studies.find(({ name }) => name === "tune");
  if (!study) return [];
  const names = [...new Set(study.variants.map(({ method }) => method))];
  return names.map((method) => {
    const grid = methods.get(method)?.grid ?? [];
    const own = study.variants.filter((variant) => variant.method === method);
    const tried = own.map(({ id }, i) => {
      const domains = Object.fromEntries(
        Object.entries(study.domains).flatMap(([domain, all]) =>
          all[id] ? [[domain, all[id].miou]] : []
        ),
      );
      return { settings: grid[i] ?? {}, miou: mean(Object.values(domains)), domains };
    });
    const best = maxBy(tried, ({ miou }) => miou)!;
    return { method, tried, best: best.settings };
  });
}

/** All settings that were tried, as a table. */
export function tuningTable(all: readonly TunedMethod[]): Table {
  const domains = Object.keys(all[0]?.tried[0]?.domains ?? {});
  return {
    title: "Settings on validation scenes",
    note: "mIoU in %; the best of each method, by the mean, is marked.",
    head: ["method", "settings", ...domains, "mean", ""],
    rows: all.flatMap(({ method, tried, best }) =>
      tried.map(({ settings, miou, domains: byDomain }) => [
        method,
        Object.entries(settings).map(([name, value]) => `${name} ${value}`).join(", "),
        ...domains.map((domain) => percent(byDomain[domain] ?? NaN)),
        percent(miou),
        settings === best ? "best" : "",
      ])
    ),
  };
}
