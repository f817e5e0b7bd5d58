/**
 * The only door to ONNX Runtime. Two builds of onnxruntime-web are in use, each loaded when first asked for:
 * the one for Node, whose WebAssembly lies beside it (nothing is downloaded), and the WebGPU one, which takes
 * our own device and leaves outputs on it. On a software adapter the first is some 15 times faster.
 *
 * Neither runs threads. Under Deno 2.9.6 a worker of onnxruntime-web 1.30.0 may miss that the main thread
 * just grew the shared memory, dies of "memory access out of bounds", and the main thread then spins for it
 * for ever: on a loaded machine with two cores, 5 of 12 runs over photographs of growing size hung so.
 *
 * @module
 */
import type * as Ort from "onnxruntime-web";

/** What a session computes with. */
export type Provider = "wasm" | "webgpu";

/** The calling thread alone; see above. */
const THREADS = 1;
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
  ort.env.wasm.numThreads = THREADS;
  const session = await ort.InferenceSession.create(onnx, {
    executionProviders: ["wasm"],
    logSeverityLevel: LOG_SEVERITY,
  });
  return { ort, session };
}

/** Loads a model on a GPU device; outputs stay in its buffers. */
export async function webgpuSession(onnx: Uint8Array, device: GPUDevice): Promise<Session> {
  const ort = await import("onnxruntime-web/webgpu");
  ort.env.wasm.numThreads = THREADS;
  const session = await ort.InferenceSession.create(onnx, {
    executionProviders: [{ name: "webgpu", device }],
    preferredOutputLocation: "gpu-buffer",
    logSeverityLevel: LOG_SEVERITY,
  });
  return { ort, session };
}
