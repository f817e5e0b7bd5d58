import assert from "node:assert/strict";
import { dirname } from "node:path";
import { floorOf, FLOORS } from "./floors.ts";
import { circles, importGraph, importsOf, ROOT } from "./imports.ts";

/** The most files that a folder of the program may hold. */
const MOST_FILES = 20;

const graph = importGraph();

Deno.test("every file stands in a room", () => {
  assert.deepEqual([...graph.keys()].filter((path) => floorOf(path) === null), []);
});

Deno.test("no arrow runs up: a file imports its own room and rooms on lower floors alone", () => {
  const wrong: string[] = [];
  for (const [path, imports] of graph) {
    const from = floorOf(path)!;
    for (const target of imports) {
      const to = floorOf(target);
      if (to === null) wrong.push(`${path} imports ${target}, which stands in no room`);
      else if (to.room !== from.room && to.floor >= from.floor) {
        wrong.push(`${path} imports ${target}: ${from.room} is not above ${to.room}`);
      }
    }
  }
  assert.deepEqual(wrong, []);
});

Deno.test("no file is part of a circle of imports", () => {
  assert.deepEqual(circles(graph), []);
});

Deno.test("the test sees every kind of import, and circles", () => {
  const text = `import type { A } from "../scan/a.ts";
import { b } from './b.ts';
export * from "./c.ts";
const d = await import("./d.ts");
/** import { e } from "./e.ts" */
// import { f } from "./f.ts"
import "npm:zod";`;
  assert.deepEqual(importsOf("lib/gpu/x.ts", text), [
    "lib/scan/a.ts",
    "lib/gpu/b.ts",
    "lib/gpu/c.ts",
    "lib/gpu/d.ts",
  ]);
  assert.deepEqual(circles(new Map([["a", ["b"]], ["b", ["c"]], ["c", ["b"]]])), [["b", "c", "b"]]);
});

Deno.test("no folder of the program holds more than 20 files", () => {
  const counts = new Map<string, number>();
  for (const path of graph.keys()) {
    if (path.startsWith("tests/")) continue;
    counts.set(dirname(path), (counts.get(dirname(path)) ?? 0) + 1);
  }
  assert.deepEqual([...counts].filter(([, count]) => count > MOST_FILES), []);
});

Deno.test("lib/README.md shows the floors as they are", () => {
  const text = Deno.readTextFileSync(`${ROOT}lib/README.md`);
  const block = /```floors\n([\s\S]*?)```/.exec(text);
  assert.ok(block, "lib/README.md has no block ```floors");
  // The README lists the highest floor first; words behind two spaces explain a room.
  const rooms = block[1]!.trim().split("\n").map((line) =>
    line.split(/\s{2,}/)[0]!.split(" ").filter(Boolean)
  );
  assert.deepEqual(rooms.reverse(), FLOORS.map((floor) => [...floor]));
});
