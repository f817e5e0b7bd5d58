/**
 * Teachers out of TensorFlow Lite files: the network is read, cut off at its features, and written as ONNX.
 *
 * @module
 */
export {
  type ConversionOptions,
  type ConvertedNetwork,
  convertTflite,
  OUTPUT_NAME,
} from "./convert.ts";
export { defaultFeatures, namedFeatures } from "./features.ts";
export { parseTflite, type TfliteModel, type TfliteTensor } from "./model.ts";
export { INPUT_NAME } from "./network_draft.ts";
export {
  type InputRange,
  teacherOfTflite,
  type TfliteTeacher,
  type TfliteTeacherOptions,
} from "./teacher_of_tflite.ts";
