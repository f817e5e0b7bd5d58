/**
 * Counts in Prometheus' text format: names with their unit, `_total` for what only grows, one HELP and one TYPE a
 * family (https://prometheus.io/docs/practices/naming/, and `instrumenting/exposition_formats` beside it).
 *
 * @module
 */

/** Labels of one series. Their values must be few: never what a client made up. */
export type Labels = Readonly<Record<string, string>>;

/** What scrapers are answered with. */
export const METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** The lines of one family of counters or gauges, of values by labels. */
export function family(
  type: "counter" | "gauge",
  name: string,
  help: string,
  series: readonly (readonly [Labels, number])[],
): string[] {
  return [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} ${type}`,
    ...series.map(([labels, value]) => `${name}${written(labels)} ${value}`),
  ];
}

interface Observed {
  labels: Labels;
  /** By upper bound, not cumulated; the last holds what is above all bounds. */
  buckets: number[];
  sum: number;
}

/** How durations are spread, by labels. */
export class Histogram {
  readonly #name: string;
  readonly #help: string;
  readonly #bounds: readonly number[];
  readonly #series = new Map<string, Observed>();

  /** @param bounds upper bounds of the buckets, ascending, in the unit of the name. */
  constructor(name: string, help: string, bounds: readonly number[]) {
    this.#name = name;
    this.#help = help;
    this.#bounds = bounds;
  }

  observe(labels: Labels, value: number): void {
    const key = written(labels);
    let observed = this.#series.get(key);
    if (!observed) {
      observed = { labels, buckets: new Array(this.#bounds.length + 1).fill(0), sum: 0 };
      this.#series.set(key, observed);
    }
    const at = this.#bounds.findIndex((bound) => value <= bound);
    observed.buckets[at < 0 ? this.#bounds.length : at]!++;
    observed.sum += value;
  }

  lines(): string[] {
    const name = this.#name;
    const lines = [`# HELP ${name} ${this.#help}`, `# TYPE ${name} histogram`];
    for (const { labels, buckets, sum } of this.#series.values()) {
      let count = 0;
      [...this.#bounds, "+Inf"].forEach((bound, i) => {
        count += buckets[i]!;
        lines.push(`${name}_bucket${written({ ...labels, le: `${bound}` })} ${count}`);
      });
      lines.push(
        `${name}_sum${written(labels)} ${sum}`,
        `${name}_count${written(labels)} ${count}`,
      );
    }
    return lines;
  }
}

function written(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => {
    const escaped = value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
    return `${name}="${escaped}"`;
  });
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}
