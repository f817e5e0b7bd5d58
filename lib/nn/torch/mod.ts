/**
 * The files of PyTorch's `torch.save` (since 1.6): a zip archive with one pickle, `data.pkl`, and the bytes of every
 * storage. Nothing that a pickle names is ever run: only tensors, numbers, texts, lists and dictionaries are built.
 *
 * @module
 */
export { isTorch, readTorch } from "./read.ts";
export { writeTorch } from "./write.ts";
