/**
 * A labelling thread around the fake engine. The name of a scan says what goes wrong with it; the thread and its test
 * share a folder, whose path is given as the student:
 *
 * - `dies`: the thread dies of an error, unless the folder has a file `died`
 * - `loses the device`: the thread loses its device, unless the folder has a file `died`
 * - `never ends`: the work goes on until it is aborted
 * - `holds its thread`: the thread takes no message until the folder has a file `go`
 *
 * While the folder has a file `broken`, no engine can be opened. An engine that is closed writes a file `closed`.
 *
 * @module
 */
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { GpuLostError, GpuUnavailableError } from "../../../lib/gpu/mod.ts";
import { hostLabeller } from "../../../lib/serving/labeller/labeller_host.ts";
import { FakeEngine } from "../../routes/fake_engine.ts";

hostLabeller(({ students }) => {
  const [folder] = students!;
  const marker = (name: string) => join(folder!, name);
  if (existsSync(marker("broken"))) {
    throw new GpuUnavailableError("Cannot open a GPU: it is broken");
  }
  const { promise: lost, resolve: lose } = Promise.withResolvers<Error>();
  const untilAborted = (signal: AbortSignal | undefined) =>
    new Promise<never>((_, reject) =>
      signal?.addEventListener("abort", () => reject(signal.reason), { once: true })
    );
  const engine = new FakeEngine(async ({ scan: { name }, signal, onProgress }) => {
    onProgress?.({ phase: "adapt", step: 1, steps: 2, loss: 0.5 });
    if (existsSync(marker("died"))) return;
    if (name === "never ends") await untilAborted(signal);
    if (name === "holds its thread") {
      while (!existsSync(marker("go"))) {
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
      }
    }
    if (name === "dies" || name === "loses the device") {
      writeFileSync(marker("died"), "");
      if (name === "loses the device") lose(new GpuLostError("Cannot go on: the device was lost"));
      else setTimeout(() => JSON.parse("{"));
      await untilAborted(signal);
    }
  });
  const close = engine[Symbol.asyncDispose].bind(engine);
  engine[Symbol.asyncDispose] = async () => {
    await close();
    // As a device does.
    lose(new GpuLostError("Cannot go on: the device was closed"));
    writeFileSync(marker("closed"), "");
  };
  return Promise.resolve({ engine, adapterName: "none", lost });
});
