import assert from "node:assert/strict";
import {
  CapacityError,
  type Kernel,
  type Launch,
  launch,
  type NoParams,
} from "../../lib/gpu/mod.ts";
import { planTensors } from "../../lib/graph/planner.ts";
import { Tensor } from "../../lib/graph/tensor.ts";

/** Kernels of which the planner only looks at the bindings. */
const unary: Kernel<NoParams> = {
  name: "unary",
  code: "",
  params: {},
  bindings: ["read", "write"],
};
const binary: Kernel<NoParams> = { ...unary, name: "binary", bindings: ["read", "read", "write"] };
const LIMIT = 2 ** 27;

function launchOver(kernel: Kernel<NoParams>, ...bindings: Tensor[]): Launch<Tensor> {
  return launch(kernel, { bindings, workgroups: 1 });
}

/** A chain with a skip connection, as a U-Net has it. */
function chain(length: number): { launches: Launch<Tensor>[]; tensors: Tensor[] } {
  const tensors = Array.from(
    { length },
    (_, i) => new Tensor(`t${i}`, 64 * (1 + i % 5), 16),
  );
  const launches = tensors.slice(1).map((tensor, i) => launchOver(unary, tensors[i]!, tensor));
  launches.push(launchOver(binary, tensors[1]!, tensors.at(-1)!, new Tensor("end", 64, 16)));
  return { launches, tensors };
}

Deno.test("planTensors() never lets two live tensors share bytes", () => {
  const { launches } = chain(40);
  const { places } = planTensors(launches, new Set(), LIMIT, LIMIT);
  const life = new Map<Tensor, [number, number]>();
  launches.forEach((item, step) =>
    item.bindings.forEach((tensor) => life.set(tensor, [life.get(tensor)?.[0] ?? step, step]))
  );
  const all = [...life.keys()];
  for (const a of all) {
    for (const b of all) {
      if (a === b) continue;
      const [p, q] = [places.get(a)!, places.get(b)!];
      const [[a0, a1], [b0, b1]] = [life.get(a)!, life.get(b)!];
      const meet = a0 <= b1 && b0 <= a1;
      const overlap = p.arena === q.arena && p.offset < q.offset + q.size &&
        q.offset < p.offset + p.size;
      assert.ok(!(meet && overlap), `${a.label} and ${b.label} share bytes`);
    }
  }
});

Deno.test("planTensors() keeps what a launch writes out of the arenas it reads", () => {
  const { launches } = chain(40);
  const { places, arenas } = planTensors(launches, new Set(), LIMIT, LIMIT);
  for (const item of launches) {
    const out = places.get(item.bindings.at(-1)!)!;
    for (const input of item.bindings.slice(0, -1)) {
      assert.notEqual(places.get(input)!.arena, out.arena);
    }
  }
  assert.ok(arenas.length <= 3, `${arenas.length} arenas`);
});

Deno.test("planTensors() reuses bytes: a long chain needs no more than a short one", () => {
  const bytes = (length: number) => {
    const { launches } = chain(length);
    return planTensors(launches, new Set(), LIMIT, LIMIT).arenas.reduce((a, b) => a + b, 0);
  };
  assert.equal(bytes(100), bytes(20));
  const { launches } = chain(100);
  const layout = planTensors(launches, new Set(), LIMIT, LIMIT);
  const total = layout.arenas.reduce((a, b) => a + b, 0);
  assert.ok(total <= 2 * layout.liveBytes, `${total} bytes for ${layout.liveBytes} live ones`);
});

Deno.test("planTensors() lets kept tensors outlive the last launch", () => {
  const { launches, tensors } = chain(30);
  const kept = tensors[3]!;
  const { places } = planTensors(launches, new Set([kept]), LIMIT, LIMIT);
  const place = places.get(kept)!;
  for (const tensor of tensors.slice(4)) {
    const other = places.get(tensor)!;
    assert.ok(
      other.arena !== place.arena || other.offset >= place.offset + place.size ||
        place.offset >= other.offset + other.size,
    );
  }
});

Deno.test("planTensors() refuses a tensor beyond the largest binding, by name", () => {
  const big = new Tensor("stem output", 1000, 64);
  const launches = [launchOver(unary, new Tensor("x", 1, 4), big)];
  const plan = () => planTensors(launches, new Set(), 1000, LIMIT);
  assert.throws(plan, CapacityError);
  assert.throws(plan, /stem output/);
});

Deno.test("planTensors() opens another arena where one would pass the largest buffer", () => {
  const parts = Array.from({ length: 4 }, (_, i) => new Tensor(`p${i}`, 16, 16));
  const four: Kernel<NoParams> = {
    ...unary,
    name: "four",
    bindings: ["read", "read", "read", "read"],
  };
  const launches = [launchOver(four, ...parts)];
  const { arenas } = planTensors(launches, new Set(), LIMIT, 2048);
  assert.deepEqual(arenas, [2048, 2048]);
});
