/**
 * The settings in which kernels are compiled.
 *
 * @module
 */
import {
  HARDWARE_SETTINGS,
  type Kernel,
  type KernelSetting,
  type Launch,
  SOFTWARE_SETTING,
} from "../../../lib/gpu/mod.ts";
import { matrixKernels } from "../../../lib/graph/ops/kernel_family.ts";
import { attentionKernels } from "../../../lib/graph/transformer/attention_kernels.ts";
import { forwardChannels, transposedChannels } from "../../../lib/graph/ops/matrix_kernels.ts";

/** A kernel with values of its `override` constants. */
export interface CompiledKernel {
  readonly kernel: Kernel;
  readonly constants: Readonly<Record<string, number>>;
  /** Names of its rows that are stored in float16: none of them or all. */
  readonly half: readonly string[];
  /** The first setting of the matrix kernels that launches it so; null for a kernel that is not one of them. */
  readonly setting: KernelSetting | null;
}

/** Channels of rows. Compilers unroll loops over narrow rows alone, and keep in registers what is read again. */
const CHANNELS = [32, 64, 96];

/** Input and output channels of MinkUNet34C's narrowest, middling and widest convolutions. */
const LAYERS = [[3, 32], [32, 32], [96, 96], [256, 256]] as const;

/** Those of a linear layer that is wide at one end. */
const WIDE_LAYER = [256, 1024] as const;

/** Channels of a head: those of Point Transformer V3, of narrow networks, and the most that there may be (LitePT). */
const HEAD_CHANNELS = [8, 16, 20];

/** All kernels of `records` in every setting, and those that run on GPUs with rows in both precisions. */
export function compiledKernels(records: readonly Kernel[]): CompiledKernel[] {
  const software = matrixLaunches([SOFTWARE_SETTING]);
  const hardware = matrixLaunches(HARDWARE_SETTINGS);
  const matrix = [...software, ...hardware];
  const others = records.filter((record) => !matrix.some(({ kernel }) => kernel === record));
  return [
    ...[...others.flatMap(inEveryFlag), ...hardware].flatMap(inBothPrecisions),
    ...software,
  ];
}

function inBothPrecisions(compiled: CompiledKernel): CompiledKernel[] {
  const half = Object.keys(compiled.kernel.rows ?? {});
  return half.length === 0 ? [compiled] : [compiled, { ...compiled, half }];
}

/** A kernel for every width of rows, in every setting of its flags; other constants keep their defaults. */
function inEveryFlag(kernel: Kernel): CompiledKernel[] {
  const sizes = [...kernel.code.matchAll(/^override (\w+): u32;/gm)].map(([, name]) => name!);
  const flags = [...kernel.code.matchAll(/^override (\w+): bool\b/gm)].map(([, name]) => name!);
  // Names that end in 4 count vec4f.
  let all = (sizes.length > 0 ? CHANNELS : [0]).map((channels) =>
    Object.fromEntries(sizes.map((name) => [name, name.endsWith("4") ? channels / 4 : channels]))
  );
  for (const name of flags) {
    all = all.flatMap((one) => [{ ...one, [name]: 0 }, { ...one, [name]: 1 }]);
  }
  return all.map((constants) => ({ kernel, constants, half: [], setting: null }));
}

/** The matrix kernels with the constants that these settings and the layers of a network give them, each once. */
function matrixLaunches(settings: readonly KernelSetting[]): CompiledKernel[] {
  const list = { rows: 4096, tiles: 64, mirrored: false, entries: "", offsets: "", found: "" };
  const operands = { x: "", weight: "", y: "" };
  const withStatistics = { ...operands, statistics: "partials" };
  const found = new Map<string, CompiledKernel>();
  const add = (launches: readonly Launch<string>[], setting: KernelSetting) => {
    for (const { kernel, constants } of launches) {
      const key = `${kernel.name} ${JSON.stringify(constants)}`;
      if (!found.has(key)) found.set(key, { kernel, constants, half: [], setting });
    }
  };
  for (const setting of settings) {
    const kernels = matrixKernels(setting);
    add(kernels.product(list.rows, forwardChannels(...WIDE_LAYER), operands), setting);
    for (const [cin, cout] of LAYERS) {
      const sizes = { volume: 27, cin, cout };
      const both = [forwardChannels(cin, cout), transposedChannels(cin, cout)];
      const launches = [
        ...both.flatMap((channels) => kernels.product(list.rows, channels, operands)),
        ...both.flatMap((channels) => kernels.convolution(list, sizes.volume, channels, operands)),
        ...kernels.convolution(list, sizes.volume, both[0]!, withStatistics),
        kernels.linearGradient({ rows: list.rows, cin, cout }).launch([]),
        kernels.convolutionGradient(sizes, list).launch([]),
      ];
      add(launches, setting);
    }
    const patches = { patchRows: 1024, queryTiles: 64, keyTiles: 64 };
    for (const headChannels of HEAD_CHANNELS) {
      for (const reach of [null, 31]) {
        const sizes = { heads: 4, headChannels, scale: 1, patches, reach };
        const { forward, queryGradient, keyGradient } = attentionKernels(setting, sizes);
        add([forward([]), queryGradient([]), keyGradient([])], setting);
      }
    }
  }
  return [...found.values()];
}
