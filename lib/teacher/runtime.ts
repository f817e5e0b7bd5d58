/**
 * The only module that uses ONNX Runtime. It loads two builds of onnxruntime-web on demand: the one for Node, whose
 * WebAssembly lies beside it, so that nothing is downloaded, and the WebGPU one, which takes our own device and leaves
 * outputs on it. On a software adapter the first is some 15 times faster.
 *
 * The threads of the wasm provider are workers of ours. Each has a session of its own, and photographs are distributed
 * among them; the event loop stays free meanwhile. ONNX Runtime's own threads are not used: under Deno 2.9.6 a worker
 * of onnxruntime-web 1.30.0 may miss that the main thread has just grown the shared memory and die of "memory access
 * out of bounds", after which the main thread waits for it for ever (seen under load, with photographs of growing
 * size).
 *
 * @module
 */
import type * as Ort from "onnxruntime-web";
import { minBy } from "@std/collections/min-by";
import { RpcClient } from "../rpc/client.ts";
import type { ExternalData, WasmCalls } from "./wasm_worker.ts";

/** The execution provider of a session. */
export type Provider = "wasm" | "webgpu";

/** The most workers of the wasm provider: photographs are few, and each worker holds the model. */
const MOST_THREADS = 4;
/** Only errors are logged: the providers warn of every shape operator that they leave to the CPU. */
const LOG_SEVERITY = 3;

/** The bytes of a model; models beyond protobuf's 2 GiB keep their weights in further files. */
export interface ModelBytes {
  readonly onnx: Uint8Array;
  readonly externalData: ExternalData[];
}

/** Pixels for a model, float32. */
export interface OnnxInput {
  readonly data: Float32Array;
  readonly dims: number[];
}

/** The output of a model, in memory or on the GPU. */
export interface OnnxOutput {
  readonly type: string;
  readonly dims: readonly number[];
  /** The elements, or ONNX Runtime's buffer of them, which is valid until {@link OnnxOutput.dispose}. */
  readonly data: Float32Array | GPUBuffer;
  dispose(): void;
}

/** A loaded model. */
export interface OnnxSession {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  /** How many runs may overlap. */
  readonly threads: number;
  run(inputName: string, outputName: string, input: OnnxInput): Promise<OnnxOutput>;
  release(): Promise<void>;
}

/**
 * Loads a model on the CPU, in several workers.
 *
 * @param threads number of workers; by default as many as there are cores, up to four.
 * @throws the error of ONNX Runtime where the bytes are not a model.
 */
export async function wasmSession(
  { onnx, externalData }: ModelBytes,
  threads: number = Math.max(1, Math.min(navigator.hardwareConcurrency, MOST_THREADS)),
): Promise<OnnxSession> {
  const cutOff = (what: string) => new Error(`Cannot go on: the worker of the teacher ${what}`);
  const workers = Array.from(
    { length: threads },
    () => new RpcClient<WasmCalls>(new URL("./wasm_worker.ts", import.meta.url), { cutOff }),
  );
  const release = () => {
    for (const worker of workers) worker.stop("was released");
    return Promise.resolve();
  };
  try {
    const given = { onnx, externalData, logSeverityLevel: LOG_SEVERITY } as const;
    const [loaded] = await Promise.all(workers.map((worker) => worker.call("load", given)));
    const { inputNames, outputNames } = loaded!;
    const run = async (inputName: string, outputName: string, { data, dims }: OnnxInput) => {
      const worker = minBy(workers, ({ pending }) => pending)!;
      const output = await worker.call("run", { inputName, outputName, data, dims });
      return { ...output, dispose: () => {} };
    };
    return { inputNames, outputNames, threads, run, release };
  } catch (error) {
    await release();
    throw error;
  }
}

/**
 * Loads a model on a GPU device; outputs stay in its buffers.
 *
 * @throws the error of ONNX Runtime where the bytes are not a model.
 */
export async function webgpuSession(
  { onnx, externalData }: ModelBytes,
  device: GPUDevice,
): Promise<OnnxSession> {
  const ort: typeof Ort = await import("onnxruntime-web/webgpu");
  ort.env.wasm.numThreads = 1;
  const session = await ort.InferenceSession.create(onnx, {
    executionProviders: [{ name: "webgpu", device }],
    preferredOutputLocation: "gpu-buffer",
    externalData,
    logSeverityLevel: LOG_SEVERITY,
  });
  const { inputNames, outputNames } = session;
  return {
    inputNames,
    outputNames,
    threads: 1,
    async run(inputName, outputName, { data, dims }) {
      const pixels = new ort.Tensor("float32", data, dims);
      const output = (await session.run({ [inputName]: pixels }, [outputName]))[outputName]!;
      return {
        type: output.type,
        dims: output.dims,
        data: output.location === "gpu-buffer"
          ? output.gpuBuffer as GPUBuffer
          : output.data as Float32Array,
        dispose: () => output.dispose(),
      };
    },
    release: () => session.release(),
  };
}
