/**
 * The 2D foundation model: its card, its session, its feature maps on the GPU.
 *
 * @module
 */
export { parseTeacherCard, type TeacherCard } from "./card.ts";
export { CATALOGUE, type CatalogueEntry, type HubFile } from "./catalogue.ts";
export { type Download, download } from "./download.ts";
export { TeacherError } from "./errors.ts";
export {
  FeatureMap,
  type OutputLayout,
  outputLayout,
  repack,
  repackReference,
} from "./feature_map.ts";
export { type DescribeOptions, type FeatureTeacher } from "./feature_teacher.ts";
export { inputSize, photoSize, preprocess, type Size, type TeacherInput } from "./preprocess.ts";
export { type Provider } from "./runtime.ts";
export { findTeacher, modelsFolder, sha256Of, type TeacherFile } from "./store.ts";
export { Teacher, type TeacherOptions } from "./teacher.ts";
