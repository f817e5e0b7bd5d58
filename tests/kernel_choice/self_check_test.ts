/** Faults of drivers in what is not a matrix product: they would be wrong labels without a word. */
import assert from "node:assert/strict";
import { HARDWARE_SETTINGS, inPrecision, SOFTWARE_SETTING } from "../../lib/gpu/mod.ts";
import { checkAttention } from "../../lib/kernel_choice/check_attention.ts";
import { checkNorm } from "../../lib/kernel_choice/check_norm.ts";
import { checkStructure } from "../../lib/kernel_choice/check_structure.ts";
import { withGpu } from "../gpu.ts";
import { damaged, faultyGpu } from "./faulty_gpu.ts";

/** What each fault is found by. */
const STRUCTURE_FAULTS: readonly [
  what: string,
  kernel: string,
  from: string,
  to: string,
  RegExp,
][] = [
  // An index into a private array by data.
  [
    "radix sort",
    "radix_scatter",
    "next[digit] = place + 1u",
    "next[digit & 7u] = place + 1u",
    /sorted/,
  ],
  // A row whose slot is taken tries no other.
  ["the coordinate hash", "hash_insert", "slot + 1u", "slot + 0u", /voxels/],
  ["prefix sums", "prefix_sum_add", "sums[i / 64u]", "sums[0]", /./],
  [
    "kernel maps",
    "kernel_map_fill",
    "32u + firstTrailingBit",
    "31u + firstTrailingBit",
    /kernel maps/,
  ],
  ["curves", "curve_codes", "parity = digit ^ ", "parity = digit | ", /places on curves/],
  ["parents", "mark_parents", "left != 0u", "true", /merged voxels/],
];

for (const [what, kernel, from, to, found] of STRUCTURE_FAULTS) {
  Deno.test({
    name: `checkStructure() notices a driver that is wrong about ${what}`,
    // Deno counts a device that was destroyed.
    sanitizeResources: false,
    async fn() {
      using gpu = await faultyGpu(({ name, code }) =>
        name === kernel ? damaged(code, from, to) : code
      );
      assert.match(await checkStructure(gpu) ?? "nothing", found);
      assert.equal(gpu.ledger.live, 0);
    },
  });
}

Deno.test({
  name: "checkNorm() notices a gradient without the share of the variance",
  sanitizeResources: false,
  async fn() {
    using gpu = await faultyGpu(({ name, code }) =>
      name === "norm_backward_apply" ? damaged(code, "d * inverse * (sums", "0.0 * (sums") : code
    );
    assert.match(
      await checkNorm(gpu, SOFTWARE_SETTING) ?? "nothing",
      /^their gradients are off by/,
    );
  },
});

Deno.test({
  name:
    "checkAttention() notices a fault in the second sweep, which only LitePT's heads of 20 take",
  sanitizeResources: false,
  async fn() {
    using gpu = await faultyGpu(({ name, code }, { SWEEPS }) =>
      name === "attention_key_gradient_tiled" && SWEEPS === 2
        ? damaged(code, "sweep == 1u", "sweep == 2u")
        : code
    );
    const setting = HARDWARE_SETTINGS[0]!;
    assert.match(await checkAttention(gpu, setting) ?? "nothing", /^its gradients are off by/);
  },
});

withGpu("the checks find nothing on a driver that is right, in either precision", async (gpu) => {
  assert.equal(await checkStructure(gpu), null);
  for (const precision of ["f32", "f16"] as const) {
    assert.equal(await checkNorm(gpu, inPrecision(SOFTWARE_SETTING, precision)), null);
  }
});
