/**
 * Asks TensorFlow Lite (WebAssembly of the npm package @tensorflow/tfjs-tflite 0.0.1-alpha.10) what it makes of the
 * small networks of tests/teacher/tflite_networks.ts, and writes every seventh number of it to fixtures/models/tflite_outputs.json:
 *
 *     deno run -A tests/teacher/tflite_outputs.ts FOLDER_OF_THE_UNPACKED_PACKAGE
 *
 * Node runs the WebAssembly, whose loader is older than Deno.
 */
import { NETWORKS, pictureBytes, pictureValue } from "./tflite_networks.ts";
import { writeTflite } from "./tflite_writer.ts";

const [folder] = Deno.args;
if (!folder) throw new Error("Give the folder of the unpacked package");

const RUNNER = `
const fs = require("fs");
delete globalThis.navigator;
(async () => {
  const [wasm, list, result] = process.argv.slice(1);
  const tflite = await require(wasm + "/tflite_web_api_cc.js")({
    wasmBinary: fs.readFileSync(wasm + "/tflite_web_api_cc.wasm"),
  });
  const outputs = {};
  for (const { name, file, picture, values } of JSON.parse(fs.readFileSync(list))) {
    const bytes = fs.readFileSync(file);
    const at = tflite._malloc(bytes.length);
    tflite.HEAPU8.set(bytes, at);
    const options = { numThreads: 1, enableProfiling: false, maxProfilingBufferEntries: 1024 };
    const made = tflite.TFLiteWebModelRunner.CreateFromBufferAndOptions(at, bytes.length, options);
    if (!made.ok()) { console.error(name, made.errorMessage()); continue; }
    const runner = made.value();
    const input = runner.GetInputs().get(0).data();
    input.set(input instanceof Float32Array ? values : picture);
    if (!runner.Infer()) { console.error(name, "did not run"); continue; }
    outputs[name] = Array.from(runner.GetOutputs().get(0).data())
      .filter((_, i) => i % 7 === 0).map((value) => Number(value.toPrecision(6)));
  }
  fs.writeFileSync(result, JSON.stringify(outputs));
})();
`;

const temporary = await Deno.makeTempDir();
try {
  const picture = Array.from(pictureBytes());
  const values = picture.map(pictureValue);
  const list = Object.entries(NETWORKS).map(([name, network], i) => {
    const file = `${temporary}/${i}.tflite`;
    Deno.writeFileSync(file, writeTflite(network));
    return { name, file, picture, values };
  });
  Deno.writeTextFileSync(`${temporary}/list.json`, JSON.stringify(list));
  const result = `${temporary}/outputs.json`;
  const { stdout, stderr } = await new Deno.Command("node", {
    args: ["-e", RUNNER, `${await Deno.realPath(folder)}/wasm`, `${temporary}/list.json`, result],
  }).output();
  for (const said of [stdout, stderr]) console.error(new TextDecoder().decode(said));
  const outputs: Record<string, number[]> = JSON.parse(await Deno.readTextFile(result));
  const lines = Object.entries(outputs).map(([name, numbers]) =>
    `${JSON.stringify(name)}: ${JSON.stringify(numbers)}`
  );
  await Deno.writeTextFile(
    new URL("../../fixtures/models/tflite_outputs.json", import.meta.url),
    `{\n${lines.join(",\n")}\n}\n`,
  );
  console.log(`${lines.length} of ${list.length} networks`);
} finally {
  await Deno.remove(temporary, { recursive: true });
}
