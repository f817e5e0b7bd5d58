/**
 * Public teachers whose inputs and outputs this program knows. No weights are shipped: `find_teacher.ts` finds them
 * on disk, `download.ts` fetches them on request, `fixtures/teachers/export_teacher.py` exports them.
 *
 * Inputs and outputs have the names that exports of Hugging Face's transformers give them, those of that script and
 * those on the hub alike. An entry without a hub file is one for which no file on the hub is known to output the
 * features of patches.
 *
 * @module
 */
import type { TeacherCard } from "./card.ts";
import type { NpmFile } from "./npm_file.ts";

/** A file on the model hub. */
export interface HubFile {
  /** Owner and name of the repository. */
  readonly repository: string;
  /** Path in the repository. */
  readonly path: string;
  /** SHA-256 in hexadecimal; null where it was not known when this table was written. */
  readonly sha256: string | null;
}

/** A TensorFlow Lite network as others publish it. `lib/teacher/tflite` converts it. */
export interface PublishedNetwork {
  /** SHA-256 of the TensorFlow Lite file. */
  readonly sha256: string;
  /** Indices of its feature maps that are the teacher's features. */
  readonly features: readonly number[];
  /** The npm package that has it; null where it has to be at hand as a file. */
  readonly npm: NpmFile | null;
}

/** A teacher of the catalogue. */
export interface CatalogueEntry {
  /** How to feed the model and read its output. */
  readonly card: TeacherCard;
  /** The file on the model hub; null where none is known. */
  readonly hub: HubFile | null;
  /** The network of which it is converted; left out where it is an ONNX model from the start. */
  readonly published?: PublishedNetwork;
}

/** How a model normalises its input. */
type Normalisation = Pick<TeacherCard, "mean" | "std">;

const IMAGENET: Normalisation = {
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
};
const OPENAI: Normalisation = {
  mean: [0.48145466, 0.4578275, 0.40821073],
  std: [0.26862954, 0.26130258, 0.27577711],
};
const HALVES: Normalisation = { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] };

/** What the teachers of one family have in common. */
type TeacherFamily = Omit<TeacherCard, "id" | "file" | "width">;

const TRANSFORMERS = { inputName: "pixel_values", outputName: "last_hidden_state" } as const;

/** Oquab et al., arXiv 2304.07193. Tokens after the final norm; trained at 518 x 518, accepts any multiples of 14. */
const DINOV2: TeacherFamily = {
  ...TRANSFORMERS,
  ...IMAGENET,
  outputForm: "tokens",
  prefixTokens: 1,
  patch: 14,
  shortSide: 518,
  licence: "Apache-2.0",
  provenance: "facebookresearch/dinov2",
};

/** Darcet et al., arXiv 2309.16588: four registers after the class token. */
const REGISTERS: TeacherFamily = { ...DINOV2, prefixTokens: 5 };

/**
 * Siméoni et al., arXiv 2508.10104; the weights learned from photographs of the web (LVD-1689M). Tokens after the
 * final norm; rotary positions follow the size, any multiples of 16. The files on the hub keep their weights in a
 * second file, which `--get` does not fetch.
 */
const DINOV3: TeacherFamily = {
  ...DINOV2,
  prefixTokens: 5,
  patch: 16,
  shortSide: 512,
  licence:
    "DINOv3 License, Meta's own: it has conditions for passing weights on and for their use; read it first",
  provenance: "facebookresearch/dinov3",
};

/**
 * C-RADIOv4 (Ranzinger et al., arXiv 2312.06709, and later). Tokens of the last block after three class tokens and
 * seven registers, any multiples of 16; the model normalises its input itself.
 */
const RADIO: TeacherFamily = {
  ...TRANSFORMERS,
  mean: [0, 0, 0],
  std: [1, 1, 1],
  outputForm: "tokens",
  prefixTokens: 10,
  patch: 16,
  shortSide: 512,
  licence: "NVIDIA Open Model License",
  provenance: "nvidia/C-RADIOv4-H",
};

/** Radford et al., arXiv 2103.00020. Tokens of the last block, before the final norm. */
const CLIP: TeacherFamily = {
  ...TRANSFORMERS,
  ...OPENAI,
  outputForm: "tokens",
  prefixTokens: 1,
  patch: 16,
  shortSide: 224,
  sizing: "stretch",
  licence: "MIT",
  provenance: "openai/CLIP",
};

/** Zhai et al., arXiv 2303.15343. Tokens after the final norm; no class token. */
const SIGLIP: TeacherFamily = {
  ...CLIP,
  ...HALVES,
  prefixTokens: 0,
  licence: "Apache-2.0",
  provenance: "google-research/big_vision",
};

/** Kirillov et al., arXiv 2304.02643: the image encoder with its neck. */
const SAM: TeacherFamily = {
  ...TRANSFORMERS,
  ...IMAGENET,
  outputName: "image_embeddings",
  outputForm: "map",
  prefixTokens: 0,
  patch: 16,
  shortSide: 1024,
  sizing: "pad",
  licence: "Apache-2.0",
  provenance: "facebookresearch/segment-anything",
};

/** Id, width, family, repository and path on the hub. */
const TABLE: readonly (readonly [string, number, TeacherFamily, string?, string?])[] = [
  ["dinov2-small", 384, DINOV2, "onnx-community/dinov2-small", "onnx/model.onnx"],
  ["dinov2-base", 768, DINOV2, "Xenova/dinov2-base", "onnx/model.onnx"],
  ["dinov2-large", 1024, DINOV2, "onnx-community/dinov2-large", "onnx/model.onnx"],
  ["dinov2-giant", 1536, { ...DINOV2, externalData: ["dinov2-giant.onnx.data"] }],
  [
    "dinov2-small-registers",
    384,
    REGISTERS,
    "onnx-community/dinov2-with-registers-small",
    "onnx/model.onnx",
  ],
  ["dinov2-base-registers", 768, REGISTERS],
  [
    "dinov2-large-registers",
    1024,
    REGISTERS,
    "onnx-community/dinov2-with-registers-large",
    "onnx/model.onnx",
  ],
  [
    "dinov2-giant-registers",
    1536,
    { ...REGISTERS, externalData: ["dinov2-giant-registers.onnx.data"] },
  ],
  ["dinov3-small", 384, DINOV3],
  ["dinov3-base", 768, DINOV3],
  ["dinov3-large", 1024, DINOV3],
  ["c-radiov4-huge", 1280, RADIO],
  ["clip-base-16", 768, CLIP],
  ["clip-large-14", 1024, { ...CLIP, patch: 14 }],
  ["siglip-base-16", 768, SIGLIP, "Xenova/siglip-base-patch16-224", "onnx/vision_model.onnx"],
  ["sam-base", 256, SAM, "Xenova/sam-vit-base", "onnx/vision_encoder.onnx"],
];

/** Networks trained with labels on photographs, which `lib/teacher/tflite` converts. */
const CONVERTED = {
  ...HALVES,
  inputName: "pixels",
  outputName: "features",
  outputForm: "map",
  prefixTokens: 0,
  shortSide: 512,
} as const;

const PUBLISHED: readonly CatalogueEntry[] = [
  {
    card: {
      ...CONVERTED,
      id: "oidv4-mobilenetv2",
      file: "oidv4-mobilenetv2.onnx",
      width: 256,
      patch: 32,
      licence: "Apache-2.0",
      provenance:
        "Google MediaPipe, SSD MobileNetV2 trained on Open Images v4; npm @mediapipe/objectron",
      sha256: "dcc4683cfdb47cebb4d88b4a5a3e04c8a47ae5c82e78dfdee960f909973be5d4",
    },
    hub: null,
    published: {
      sha256: "d0a5255bf8c4f5a0bc4240741a76c41d5e939f7655078f945f50ab53a9375da6",
      // Strides 16 and 32, each after its first residual sum.
      features: [190, 205],
      npm: {
        package: "@mediapipe/objectron@0.4.1675468480",
        file: "objectron_solution_packed_assets.data",
        bytes: [184, 9_987_912],
      },
    },
  },
  {
    card: {
      ...CONVERTED,
      id: "ade20k-mosaic",
      file: "ade20k-mosaic.onnx",
      width: 128,
      patch: 16,
      licence: "Apache-2.0",
      provenance:
        "MLCommons and Google, MOSAIC R4 trained on ADE20K; github.com/mlcommons/mobile_open, " +
        "vision/mosaic/models_and_checkpoints/R4/mobile_segmenter_r4_quant_argmax_uint8.tflite",
      sha256: "31513feddc7b67e7813ecb9253270154fe32a6bdd39b2da55989b8e59ea62782",
    },
    hub: null,
    published: {
      sha256: "da8b3822a22fde45ecaf0ff32022287eff58b500096971b04f3c1b292da66a3c",
      features: [229],
      npm: null,
    },
  },
  {
    card: {
      ...CONVERTED,
      id: "cityscapes-edgetpu",
      file: "cityscapes-edgetpu.onnx",
      width: 128,
      patch: 16,
      licence: "Apache-2.0; Cityscapes, on which it was trained, is for non-commercial use",
      provenance: "Google Coral, DeepLab MobileNet-EdgeTPU slim trained on Cityscapes; " +
        "github.com/google-coral/test_data, deeplab_mobilenet_edgetpu_slim_cityscapes_quant.tflite",
      sha256: "02f856134dd37750d17bec0225bf2c55f55917cd70f372ef05bc54e8e9db5ff1",
    },
    hub: null,
    published: {
      sha256: "322fe29945cb1693f426952f2a330ab67ea5678545ddee6f2548e0cfd0ca03e5",
      features: [207],
      npm: null,
    },
  },
];

/**
 * The known teachers by their ids.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { CATALOGUE } from "./mod.ts";
 *
 * const { card, hub } = CATALOGUE.get("dinov2-small")!;
 * assert.deepEqual([card.width, card.patch, card.licence], [384, 14, "Apache-2.0"]);
 * assert.equal(hub?.repository, "onnx-community/dinov2-small");
 * ```
 */
export const CATALOGUE: ReadonlyMap<string, CatalogueEntry> = new Map([
  ...TABLE.map(([id, width, family, repository, path]): [string, CatalogueEntry] => [id, {
    card: { id, file: `${id}.onnx`, width, ...family },
    hub: repository && path ? { repository, path, sha256: null } : null,
  }]),
  ...PUBLISHED.map((entry): [string, CatalogueEntry] => [entry.card.id, entry]),
]);
