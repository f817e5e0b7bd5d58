/**
 * The golden folder of Point Transformer V3: vectors made by Pointcept's own code. `TTTKD_GOLDEN_PTV3` names it; any folder
 * of the same form will do, with some of its files or all. If the default folder is missing, its tests print that they are
 * left out; a folder that is named must exist and hold at least one case.
 */
import { join } from "node:path";
import { existsSync } from "node:fs";
import type { PointTransformerShape } from "../../lib/nn/transformers/point_transformer.ts";
import { readSafetensors, type SafetensorsFile } from "../../lib/nn/safetensors.ts";

const NAMED = Deno.env.get("TTTKD_GOLDEN_PTV3");
const FOLDER = NAMED ?? "../shared/golden_ptv3";
const CASE = /^PTv3-.+\.(eval|train)\.safetensors$/;
/** Codes alone. */
const SERIALIZATION = "PTv3-serialization.safetensors";

/** Whether the folder was named, so that all of it is to be tested. */
export const IS_NAMED = NAMED !== undefined;

const FILES: string[] = (() => {
  if (NAMED === undefined && !existsSync(FOLDER)) {
    console.log(`Parity tests are left out: no folder ${FOLDER}; set TTTKD_GOLDEN_PTV3`);
    return [];
  }
  const files = [...Deno.readDirSync(FOLDER)].map(({ name }) => name).sort()
    .filter((name) => name === SERIALIZATION || CASE.test(name));
  if (files.length === 0) {
    throw new Error(`Cannot test parity: ${FOLDER} holds no PTv3-*.eval.safetensors`);
  }
  return files;
})();

/** The cases that the folder has: whole networks in one mode. */
export const CASE_FILES: readonly string[] = FILES.filter((name) => name !== SERIALIZATION);

/** The file of codes; null where the folder has none. */
export const SERIALIZATION_FILE: string | null = FILES.includes(SERIALIZATION)
  ? SERIALIZATION
  : null;

/** Every key and shape by configuration, or null where the folder does not list them. */
export const STATE_DICT_SHAPES: Record<string, Record<string, number[]>> | null = (() => {
  const file = join(FOLDER, "state_dict_shapes.json");
  return FILES.length > 0 && existsSync(file) ? JSON.parse(Deno.readTextFileSync(file)) : null;
})();

/** Reads one file of the folder. */
export async function ptv3Golden(name: string): Promise<SafetensorsFile> {
  return readSafetensors(await Deno.readFile(join(FOLDER, name)), name);
}

/** The constructor's arguments in a case's metadata, as far as they matter here. */
interface Configuration {
  type: string;
  in_channels: number;
  order: PointTransformerShape["orders"];
  stride: number[];
  enc_depths: number[];
  enc_channels: number[];
  enc_num_head: number[];
  enc_patch_size: number[];
  dec_depths: number[];
  dec_channels: number[];
  dec_num_head: number[];
  dec_patch_size: number[];
  mlp_ratio: number;
  qkv_bias: boolean;
  qk_scale: number | null;
  pre_norm: boolean;
  enable_rpe: boolean;
  enable_flash: boolean;
  enc_mode: boolean;
  layer_scale?: number | null;
  mask_token?: boolean;
  pdnorm_bn?: boolean;
  pdnorm_ln?: boolean;
}

/** Arguments that networks here are not built with; a case that has them cannot be run. */
const UNSUPPORTED: Partial<Record<keyof Configuration, (value: unknown) => boolean>> = {
  type: (value) => value !== "PT-v3m1" && value !== "PT-v3m2",
  stride: (value) => (value as number[]).some((stride) => stride !== 2),
  qk_scale: (value) => value !== null,
  pre_norm: (value) => !value,
  pdnorm_bn: Boolean,
  pdnorm_ln: Boolean,
};

/** How a case is run. */
export interface GoldenCase {
  readonly shape: PointTransformerShape;
  /** Whether patches are cut cloud by cloud; otherwise no patch is longer than the smallest cloud. */
  readonly flash: boolean;
  readonly classes: number;
  readonly mode: "eval" | "train";
  /** Parameters whose gradient is zero but for rounding. */
  readonly zeroGradients: ReadonlySet<string>;
}

/** Reads a case's metadata. */
export function goldenCase({ metadata }: SafetensorsFile): GoldenCase {
  const config: Configuration = JSON.parse(metadata.backbone!);
  for (const [key, isUnsupported] of Object.entries(UNSUPPORTED)) {
    const value = config[key as keyof Configuration];
    if (value !== undefined && isUnsupported(value)) {
      throw new Error(`Cannot run case ${metadata.case}: ${key} is ${JSON.stringify(value)}`);
    }
  }
  const stages = (part: "enc" | "dec") => ({
    depths: config[`${part}_depths`],
    channels: config[`${part}_channels`],
    heads: config[`${part}_num_head`],
    patches: config[`${part}_patch_size`],
  });
  return {
    shape: {
      version: config.type === "PT-v3m1" ? "m1" : "m2",
      convolved: "sum",
      inChannels: config.in_channels,
      encoder: stages("enc"),
      decoder: config.enc_mode ? null : stages("dec"),
      orders: config.order,
      mlpRatio: config.mlp_ratio,
      qkvBias: config.qkv_bias,
      relativePositions: config.enable_rpe,
      layerScale: typeof config.layer_scale === "number",
      maskToken: config.mask_token ?? false,
    },
    flash: config.enable_flash,
    classes: Number(metadata.num_classes),
    mode: metadata.mode as GoldenCase["mode"],
    zeroGradients: new Set(JSON.parse(metadata.zero_gradients!)),
  };
}
