/** What a setting of the family hardware says of its workgroup memory, against the WGSL: Deno does not check it. */
import assert from "node:assert/strict";
import { HARDWARE_SETTINGS, type Launch, workgroupBytes } from "../../lib/gpu/mod.ts";
import { hardwareKernels } from "../../lib/graph/ops/hardware_kernels.ts";
import { forwardChannels } from "../../lib/graph/ops/matrix_kernels.ts";

const BYTES: Readonly<Record<string, number>> = { u32: 4, vec2u: 8, vec4f: 16 };

/** Bytes of the workgroup variables of a launch, each rounded up to 16. */
function bytesOf({ kernel: { code }, constants }: Launch<number>): number {
  const found = code.matchAll(/^(?:override|const) (\w+)(?:: u32)? = ([^;]+);/gm);
  const definitions = new Map([...found].map(([, name, expression]) => [name!, expression!]));
  const sum = (expression: string): number =>
    expression.split(" + ").map(product).reduce((a, b) => a + b);
  const product = (expression: string) =>
    expression.split(" * ").map(factor).reduce((a, b) => a * b);
  const factor = (word: string): number =>
    /^\d/.test(word) ? parseInt(word) : constants[word] ?? sum(definitions.get(word)!);
  let bytes = 0;
  for (
    const [, type, count] of code.matchAll(/^var<workgroup> \w+: (?:array<)?(\w+)(?:, (\w+)>)?;/gm)
  ) {
    bytes += Math.ceil(BYTES[type!]! * (count === undefined ? 1 : factor(count)) / 16) * 16;
  }
  assert.ok(bytes > 0);
  return bytes;
}

for (const setting of HARDWARE_SETTINGS) {
  Deno.test(`workgroupBytes() is what the kernels of ${setting.name} need at most`, () => {
    const kernels = hardwareKernels(setting);
    const list = { rows: 1000, tiles: 16, mirrored: false, entries: 0, offsets: 0, found: 0 };
    const operands = { x: 0, weight: 0, y: 0 };
    const needed: number[] = [];
    for (const channels of [1, 4, 13, 16, 32, 48, 68, 100, 256]) {
      for (const cin of [4, 20, 256]) {
        const launches = [
          ...kernels.product(1000, forwardChannels(cin, channels), operands),
          ...kernels.convolution(list, 27, forwardChannels(cin, channels), operands),
          kernels.linearGradient({ rows: 1000, cin, cout: channels }).launch<number>([]),
          kernels.convolutionGradient({ volume: 27, cin, cout: channels }, list).launch<number>([]),
        ];
        needed.push(...launches.map(bytesOf));
        for (const { constants } of launches) {
          const { COLUMNS = 1, OUTPUTS = 1, INPUT_THREADS = 1, SLICES = 1, STAGE = 0 } = constants;
          assert.ok(COLUMNS * 16 <= 256, "threads that WebGPU allows");
          assert.ok(STAGE <= OUTPUTS * INPUT_THREADS * SLICES || STAGE === 0, "a pair a thread");
          assert.ok(OUTPUTS * INPUT_THREADS * SLICES <= 64);
        }
      }
    }
    assert.equal(Math.max(...needed), workgroupBytes(setting));
  });
}
