/**
 * The numbers of the paper beside ours, for the pairs of data sets that it has.
 *
 * Source: arXiv 2403.11691, the table of indoor results (mIoU in %, for the backbones PNE and Minkowski). Its class lists
 * are not public, so that differences of a few points may be due to them.
 *
 * @module
 */
import { percent } from "../../terminal/format.ts";
import type { Results } from "../results/results.ts";
import type { Table } from "./tables.ts";

/** The columns of {@link PAPER}. */
const TESTS = ["scannet", "s3dis", "matterport3d"] as const;

/** A training set's row: the method's name here, and mIoU by test set with PNE, with Minkowski; null where there is none. */
type PaperRow = readonly [
  method: string,
  label: string,
  ...byTest: (readonly [pne: number, minkowski: number] | null)[],
];

/** The paper's table, by benchmark. */
const PAPER: Readonly<Record<string, readonly PaperRow[]>> = {
  "paper-indoor-scannet": [
    ["", "Oracle", null, [75.7, 77.4], [53.9, 52.3]],
    ["source", "Source-Only", [73.5, 72.9], [65.8, 67.3], [49.1, 48.3]],
    ["joint", "Joint-Train", [74.3, 73.9], [66.5, 71.5], [50.4, 48.7]],
    ["tent", "TENT", [71.1, 68.8], [46.8, 70.5], [47.1, 44.1]],
    ["dua", "DUA", [73.9, 73.1], [64.0, 70.6], [48.9, 46.9]],
    ["adacontrast", "AdaContrast", [73.8, 72.4], [67.2, 72.3], [50.2, 48.4]],
    ["ttt-mae", "TTT-MAE", [74.1, 73.9], [69.4, 73.5], [49.2, 46.7]],
    ["ttt-kd-online", "TTT-KD-O", [75.5, 74.7], [72.4, 73.7], [53.6, 51.3]],
    ["ttt-kd", "TTT-KD", [76.4, 76.6], [70.4, 73.1], [56.6, 55.3]],
  ],
  "paper-indoor-s3dis": [
    ["", "Oracle", [84.6, 84.2], null, [64.9, 66.0]],
    ["source", "Source-Only", [54.5, 54.9], [63.2, 65.9], [46.1, 42.1]],
    ["joint", "Joint-Train", [55.5, 56.1], [65.4, 66.8], [47.0, 42.8]],
    ["tent", "TENT", [56.0, 54.6], [53.0, 66.1], [45.6, 43.4]],
    ["dua", "DUA", [59.0, 57.6], [67.3, 65.5], [46.7, 44.1]],
    ["adacontrast", "AdaContrast", [58.0, 57.5], [65.4, 65.6], [46.7, 46.4]],
    ["ttt-mae", "TTT-MAE", [58.5, 57.2], [64.1, 65.4], [45.1, 41.8]],
    ["ttt-kd-online", "TTT-KD-O", [65.0, 64.1], [68.8, 68.7], [50.1, 49.2]],
    ["ttt-kd", "TTT-KD", [69.9, 68.4], [71.7, 71.5], [53.2, 50.9]],
  ],
  "paper-indoor-matterport3d": [
    ["", "Oracle", [73.5, 72.9], [77.9, 78.5], null],
    ["source", "Source-Only", [49.0, 45.4], [59.2, 58.6], [55.2, 53.8]],
    ["joint", "Joint-Train", [52.6, 50.6], [59.9, 63.7], [56.0, 55.4]],
    ["tent", "TENT", [50.3, 47.5], [52.3, 65.0], [54.1, 54.7]],
    ["dua", "DUA", [52.7, 50.7], [64.5, 63.8], [56.0, 54.7]],
    ["adacontrast", "AdaContrast", [55.2, 53.4], [60.8, 69.7], [56.0, 54.3]],
    ["ttt-mae", "TTT-MAE", [51.1, 43.4], [63.1, 64.9], [54.5, 53.2]],
    ["ttt-kd-online", "TTT-KD-O", [59.4, 57.6], [64.4, 70.9], [57.8, 56.2]],
    ["ttt-kd", "TTT-KD", [64.0, 62.6], [66.8, 75.4], [58.7, 56.5]],
  ],
};

/** The table of a benchmark that the paper has numbers of, with the methods of the main study; none for others. */
export function paperTables({ benchmark, domains }: Results): Table[] {
  if (!Object.hasOwn(PAPER, benchmark)) return [];
  const tests = TESTS.filter((name) => Object.hasOwn(domains, name));
  const written = (value: number | null | undefined) =>
    value === null || value === undefined ? "" : value.toFixed(1);
  return [{
    title: "Beside the paper",
    note:
      "mIoU in %: ours, the paper's with PNE, the paper's with Minkowski. The paper's class lists are not public; here the mean " +
      "is over the classes whose names both data sets have.",
    head: [
      "",
      ...tests.flatMap((name) => [`${name}, ours`, `${name}, PNE`, `${name}, Minkowski`]),
    ],
    rows: PAPER[benchmark]!.map(([method, label, ...byTest]) => [
      label,
      ...tests.flatMap((name) => {
        const ours = domains[name]?.[method];
        const paper = byTest[TESTS.indexOf(name)];
        return [
          ours === undefined ? "" : percent(ours.miou),
          written(paper?.[0]),
          written(paper?.[1]),
        ];
      }),
    ]),
  }];
}
