import assert from "node:assert/strict";
import { type EvalScene, evaluate } from "../../lib/eval/runner.ts";
import { readScan } from "../../lib/scan/mod.ts";
import { FakeEngine, plyScan } from "../routes/support.ts";

async function* scenes(...groups: [domain: string, seed: number][]): AsyncGenerator<EvalScene> {
  const photos = [{ name: "0.png", width: 1, height: 1, pixels: new Uint8Array(3) }];
  for (const [index, [domain, seed]] of groups.entries()) {
    const scan = await readScan(plyScan(6, Int32Array.of(0, 1, 2, 0, 1, 255)), "scan.ply");
    yield { domain, seed, id: `${index}`, scan, photos, cameras: [] };
  }
}

Deno.test("evaluate() runs every method on every scene, and never shows it labels", async () => {
  const engine = new FakeEngine();
  const heard: string[] = [];
  const results = await evaluate({
    engine,
    scenes: scenes(["a", 0], ["a", 0]),
    methods: ["source", "ttt-kd"],
    settings: { steps: 3 },
    onResult: ({ scene, method }) => heard.push(`${scene} ${method}`),
  });
  assert.deepEqual(heard, ["0 source", "0 ttt-kd", "1 source", "1 ttt-kd"]);
  assert.ok(
    engine.requests.every(({ scan, options }) => scan.labels === null && !options.evaluate),
  );
  assert.ok(engine.requests.every(({ options }) => options.steps === 3));
  assert.ok(results.every(({ confusion }) => confusion.miou() === 1));
  assert.equal(
    results[0]!.confusion.counts.reduce((sum, count) => sum + count),
    5,
    "255 is left out",
  );
});

Deno.test("evaluate() forgets online learning where another domain or seed begins", async () => {
  const order: string[] = [];
  class Watched extends FakeEngine {
    override resetOnline(): void {
      order.push("reset");
    }
  }
  const engine = new Watched(({ scan }) => Promise.resolve(void order.push(scan.name)));
  const groups: [string, number][] = [["a", 0], ["a", 0], ["a", 1], ["b", 1]];
  await evaluate({ engine, scenes: scenes(...groups), methods: ["source"] });
  const scan = "scan.ply";
  assert.deepEqual(order, ["reset", scan, scan, "reset", scan, "reset", scan]);
});

Deno.test("evaluate() refuses scenes without labels", async () => {
  async function* unlabelled(): AsyncGenerator<EvalScene> {
    const scan = await readScan(plyScan(), "scan.ply");
    yield { domain: "a", seed: 0, id: "x", scan, photos: [], cameras: [] };
  }
  await assert.rejects(
    evaluate({ engine: new FakeEngine(), scenes: unlabelled(), methods: ["source"] }),
    /x: it has no labels/,
  );
});
