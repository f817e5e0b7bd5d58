/**
 * The only door to ONNX Runtime. Two builds of onnxruntime-web are in use, each loaded when first asked for:
 * the one for Node, whose wasm provider runs threads (its WebAssembly lies beside it, nothing is downloaded,
 * and its idle threads let the process end), and the WebGPU one, which takes our own device and leaves
 * outputs on it. On a software adapter the first is some 15 times faster.
 *
 * @module
 */
import type * as Ort from "onnxruntime-web";

/** What a session computes with. */
export type Provider = "wasm" | "webgpu";

/** Threads beyond this bring little to models of this size. */
const MAX_THREADS = 8;
/** Errors only: the providers warn of every shape operator that they leave to the CPU. */
const LOG_SEVERITY = 3;

/** A loaded model. */
export interface Session {
  readonly ort: typeof Ort;
  readonly session: Ort.InferenceSession;
}

/** Loads a model on the CPU. */
export async function wasmSession(onnx: Uint8Array): Promise<Session> {
  const ort = await import("onnxruntime-web");
  ort.env.wasm.numThreads = Math.min(navigator.hardwareConcurrency, MAX_THREADS);
  const session = await ort.InferenceSession.create(onnx, {
    executionProviders: ["wasm"],
    logSeverityLevel: LOG_SEVERITY,
  });
  return { ort, session };
}

/** Loads a model on a GPU device; outputs stay in its buffers. */
export async function webgpuSession(onnx: Uint8Array, device: GPUDevice): Promise<Session> {
  const ort = await import("onnxruntime-web/webgpu");
  // Its threads would be loaded from a blob: URL, which Deno refuses.
  ort.env.wasm.numThreads = 1;
  const session = await ort.InferenceSession.create(onnx, {
    executionProviders: [{ name: "webgpu", device }],
    preferredOutputLocation: "gpu-buffer",
    logSeverityLevel: LOG_SEVERITY,
  });
  return { ort, session };
}
