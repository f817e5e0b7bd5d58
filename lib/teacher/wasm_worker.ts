/**
 * One thread of the wasm provider: a worker with an ONNX session of its own, single-threaded inside.
 *
 * @module
 */
import * as ort from "onnxruntime-web";
import { hostCalls } from "../rpc/host.ts";

/** A file of weights beside a model, by the path that the model gives it. */
export interface ExternalData {
  path: string;
  data: Uint8Array;
}

/** The calls that the worker answers. `load` comes first. */
export interface WasmCalls {
  load: {
    given: { onnx: Uint8Array; externalData: ExternalData[]; logSeverityLevel: 3 };
    returned: { inputNames: readonly string[]; outputNames: readonly string[] };
  };
  run: {
    given: { inputName: string; outputName: string; data: Float32Array; dims: number[] };
    returned: { type: string; dims: readonly number[]; data: Float32Array };
  };
}

let session: ort.InferenceSession | null = null;

hostCalls<WasmCalls>({
  async load({ onnx, externalData, logSeverityLevel }) {
    ort.env.wasm.numThreads = 1;
    session = await ort.InferenceSession.create(onnx, {
      executionProviders: ["wasm"],
      externalData,
      logSeverityLevel,
    });
    const { inputNames, outputNames } = session;
    return { inputNames, outputNames };
  },
  async run({ inputName, outputName, data, dims }) {
    const input = new ort.Tensor("float32", data, dims);
    const output = (await session!.run({ [inputName]: input }, [outputName]))[outputName]!;
    const { type } = output;
    const copy = Float32Array.from(output.data as Float32Array);
    output.dispose();
    return { type, dims: output.dims, data: copy };
  },
});
