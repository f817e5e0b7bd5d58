/** Tables of what clicks are worth. */
import assert from "node:assert/strict";
import { differenceTable, type Entry, resultTable } from "../../fixtures/clicks/tables.ts";

const entry = (part: string, way: string, clicks: number, seed: number, all: number): Entry => ({
  ...{ key: `${part} ${way} ${clicks} ${seed}`, part, way, clicks, seed },
  ...{ all, unclicked: all - 10, seconds: 1 },
});
const ENTRIES = [
  entry("town", "with", 10, 1, 60),
  entry("town", "with", 10, 2, 70),
  entry("town", "without", 10, 1, 50),
  entry("rain", "with", 10, 1, 40),
  entry("rain", "without", 10, 1, 44),
  // All that is wrong is fewer points than were asked for.
  entry("rain", "with", 167, 1, 80),
];

Deno.test("resultTable() has the mean over draws of every part, and the mean over parts where all have some", () => {
  const rows = resultTable(ENTRIES).split("\n").slice(2);
  assert.deepEqual(rows, [
    "| with | 10 | 65.0 (55.0) | 40.0 (30.0) | 52.5 (42.5) |",
    "| with | 200 |  | 80.0 (70.0) |  |",
    "| without | 10 | 50.0 (40.0) | 44.0 (34.0) | 47.0 (37.0) |",
  ]);
});

Deno.test("differenceTable() compares the draws that both ways have, part by part", () => {
  const [row, ...others] = differenceTable(ENTRIES, [["with", "without"]]).split("\n").slice(2);
  assert.match(row!, /^\| with \| without \| 10 \| 3\.0 \| -4\.0 to 10\.0 \| 1 of 2 \|$/);
  assert.deepEqual(others, []);
});
