/**
 * A labelling thread around the fake engine. The name of a scan says what goes wrong with it, and `student`,
 * the path of a folder here, is where the thread and its test meet:
 *
 * - `dies`: the thread dies of an error, where the folder has no file `died` yet
 * - `loses the device`: so does the device
 * - `never ends`: goes on, step by step, until it is aborted
 * - `holds its thread`: no message gets in until the folder has a file `go`
 *
 * While the folder has a file `broken`, no engine can be opened.
 *
 * @module
 */
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { GpuLostError, GpuUnavailableError } from "../../../lib/gpu/mod.ts";
import { hostLabeller } from "../../../lib/serving/labeller/labeller_host.ts";
import { FakeEngine } from "../../routes/fake_engine.ts";

hostLabeller(({ student: folder }) => {
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
  return Promise.resolve({ engine, adapterName: "none", lost });
});
