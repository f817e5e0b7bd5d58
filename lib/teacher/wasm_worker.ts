/**
 * One thread of the wasm provider: an ONNX session in a worker of its own, single-threaded inside. It answers
 * `load` with the model's names and `run` with an output; what fails is answered as `error`.
 *
 * @module
 */
import * as ort from "onnxruntime-web";

/** A file of weights beside a model, by the name that the model knows it by. */
export interface ExternalData {
  path: string;
  data: Uint8Array;
}

/** What a worker is asked. */
export type Question =
  | { kind: "load"; onnx: Uint8Array; externalData?: ExternalData[]; logSeverityLevel: 3 }
  | { kind: "run"; inputName: string; outputName: string; data: Float32Array; dims: number[] };

/** What it answers. */
export type Answer =
  | { kind: "loaded"; inputNames: readonly string[]; outputNames: readonly string[] }
  | { kind: "output"; type: string; dims: readonly number[]; data: Float32Array }
  | { kind: "error"; message: string };

/** The worker's own scope; its types clash with those of a window. */
const scope = self as unknown as {
  onmessage: (event: MessageEvent<Question>) => void;
  postMessage: (answer: Answer) => void;
};

let session: ort.InferenceSession | null = null;

async function answer(question: Question): Promise<Answer> {
  if (question.kind === "load") {
    ort.env.wasm.numThreads = 1;
    session = await ort.InferenceSession.create(question.onnx, {
      executionProviders: ["wasm"],
      externalData: question.externalData ?? [],
      logSeverityLevel: question.logSeverityLevel,
    });
    const { inputNames, outputNames } = session;
    return { kind: "loaded", inputNames, outputNames };
  }
  const { inputName, outputName, data, dims } = question;
  const input = new ort.Tensor("float32", data, dims);
  const output = (await session!.run({ [inputName]: input }, [outputName]))[outputName]!;
  const result: Answer = {
    kind: "output",
    type: output.type,
    dims: output.dims,
    data: Float32Array.from(output.data as Float32Array),
  };
  output.dispose();
  return result;
}

scope.onmessage = ({ data: question }) => {
  answer(question).then(
    scope.postMessage,
    (error) => scope.postMessage({ kind: "error", message: (error as Error).message }),
  );
};
