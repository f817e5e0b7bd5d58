/**
 * The frozen 2D foundation model: its card, how it is found or downloaded, and its feature maps on the GPU.
 *
 * @module
 */
export { parseTeacherCard, type TeacherCard } from "./card.ts";
export {
  CATALOGUE,
  type CatalogueEntry,
  type HubFile,
  type PublishedNetwork,
} from "./catalogue.ts";
export { download, type DownloadRequest } from "./download.ts";
export { TeacherError, type TeacherErrorSource } from "./errors.ts";
export {
  FeatureMap,
  type OutputLayout,
  outputLayout,
  repack,
  repackReference,
} from "./feature_map.ts";
export { type DescribeOptions, type FeatureTeacher } from "./feature_teacher.ts";
export { findTeacher, modelsFolder, sha256Of, type TeacherFile } from "./find_teacher.ts";
export { type NpmFile, readNpmFile } from "./npm_file.ts";
export {
  featureMapBytes,
  inputSize,
  type InputSizing,
  photoSize,
  preprocess,
  type TeacherInput,
} from "./preprocess.ts";
export { type Provider } from "./runtime.ts";
export { Teacher, type TeacherOptions } from "./teacher.ts";
