/**
 * The 2D foundation model: its card, its session, its feature maps on the GPU.
 *
 * @module
 */
export { parseTeacherCard, type TeacherCard } from "./card.ts";
export { TeacherError } from "./errors.ts";
export {
  FeatureMap,
  type OutputLayout,
  outputLayout,
  repack,
  repackReference,
} from "./feature_map.ts";
export { type DescribeOptions, type FeatureTeacher } from "./feature_teacher.ts";
export { inputSize, preprocess } from "./preprocess.ts";
export { type Provider } from "./runtime.ts";
export { Teacher, type TeacherOptions } from "./teacher.ts";
