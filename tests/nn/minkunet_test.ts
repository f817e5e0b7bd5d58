import assert from "node:assert/strict";
import { Student } from "../../lib/nn/student.ts";
import { networkOf } from "../../lib/nn/networks.ts";
import { GOLDEN_SHAPES } from "../parity/golden.ts";

/** State-dict shapes of MinkowskiEngine's network of this name: backbone and `final` with 20 classes. */
function stateShapes(name: string): Map<string, readonly number[]> {
  const network = networkOf(name, 3);
  return new Map([
    ...network.parameters().map((spec) => [spec.name, spec.shape] as const),
    ["final.kernel", [network.featureChannels, 20]],
    ["final.bias", [1, 20]],
  ]);
}

// Counted on MinkowskiEngine's own networks, 3 input channels and 20 classes.
for (
  const [name, parameters, statistics] of [
    ["MinkUNet14A", 8_024_500, 6_976],
    ["MinkUNet18A", 15_493_172, 10_688],
    ["MinkUNet34C", 37_856_052, 17_600],
    ["MinkUNet14", 11_580_852, 8_000],
    ["MinkUNet18", 21_704_244, 12_224],
    ["MinkUNet34B", 36_226_484, 16_448],
    ["MinkUNet34A", 36_607_412, 16_832],
  ] as const
) {
  Deno.test(`${name} has ${parameters} parameters and ${statistics} running statistics`, () => {
    const network = networkOf(name, 3);
    const specs = network.parameters();
    const sizeOf = (kind: (is: string) => boolean) =>
      specs.filter((spec) => kind(spec.kind))
        .reduce((sum, spec) => sum + spec.shape.reduce((a, b) => a * b, 1), 0);
    const head = (network.featureChannels + 1) * 20;
    assert.equal(sizeOf((kind) => kind !== "statistic") + head, parameters);
    assert.equal(sizeOf((kind) => kind === "statistic"), statistics);
  });
}

for (const [name, golden] of Object.entries(GOLDEN_SHAPES ?? {})) {
  Deno.test(`${name} has the keys and shapes of MinkowskiEngine's state dict, in its order`, () => {
    const counted = Object.entries(golden).filter(([key]) => !key.endsWith(".num_batches_tracked"));
    assert.deepEqual([...stateShapes(name)], counted);
  });
}

Deno.test("Student has the entries of the backbone, of two linear heads and of the probe", () => {
  const student = new Student({
    backbone: "MinkUNet14Slim",
    classes: ["floor", "wall", "chair"],
    features: ["red", "green", "blue", "one"],
    teacher: { id: "teacher", width: 10 },
  });
  const specs = student.parameters();
  const backbone = networkOf("MinkUNet14Slim", 4).parameters();
  assert.deepEqual(specs.slice(0, backbone.length), backbone);
  assert.deepEqual(
    specs.slice(backbone.length).map(({ name, part, kind, shape }) => [name, part, kind, shape]),
    [
      ["final.kernel", "classes", "kernel", [48, 3]],
      ["final.bias", "classes", "bias", [1, 3]],
      ["distillation.kernel", "distillation", "kernel", [48, 10]],
      ["distillation.bias", "distillation", "bias", [1, 10]],
      ["probe.0.kernel", "probe", "kernel", [10, 64]],
      ["probe.0.bias", "probe", "bias", [1, 64]],
      ["probe.2.kernel", "probe", "kernel", [64, 3]],
      ["probe.2.bias", "probe", "bias", [1, 3]],
    ],
  );
  assert.equal(new Set(specs.map(({ name }) => name)).size, specs.length, "names are distinct");
});

Deno.test("Student without a distillation head has no probe either", () => {
  const card = { backbone: "SpUNet-v1m1", classes: ["a", "b"], features: ["one" as const] };
  const student = new Student({ ...card, teacher: { id: "t", width: 96, head: "none" } });
  const alone = new Student({ ...card, teacher: null });
  assert.deepEqual(student.parameters(), alone.parameters());
  assert.equal(student.teacherWidth, 96);
});

Deno.test("Student refuses a backbone that does not exist", () => {
  const card = { classes: ["a", "b"], features: ["one" as const], teacher: { id: "t", width: 4 } };
  for (const backbone of ["MinkUNet18C", "toString"]) {
    assert.throws(() => new Student({ ...card, backbone }), RangeError);
  }
});
