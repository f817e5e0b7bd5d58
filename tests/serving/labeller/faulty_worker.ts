/**
 * A labelling thread around the real engine, with a fault in the middle of an adaptation: the first thread dies, the
 * second one loses its device, the third one works. They tell by files in the folder `?marks=FOLDER`.
 *
 * @module
 */
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { hostLabeller } from "../../../lib/serving/labeller/labeller_host.ts";
import { EngineSet } from "../../../lib/segment/engine_set.ts";

const marks = new URL(import.meta.url).searchParams.get("marks")!;

/** Returns whether this is the first call with this name, in any thread. */
function first(name: string): boolean {
  const mark = join(marks, name);
  if (existsSync(mark)) return false;
  writeFileSync(mark, "");
  return true;
}

hostLabeller(async (models) => {
  const engine = await EngineSet.open(models);
  const { adapterName, device, lost } = await engine.gpu();
  const segment = engine.segment.bind(engine);
  engine.segment = (request) =>
    segment({
      ...request,
      onProgress(progress) {
        request.onProgress?.(progress);
        if (progress.phase !== "adapt" || progress.step === undefined) return;
        const dies = () => {
          throw new Error("on purpose, in the middle of an adaptation");
        };
        if (first("died")) setTimeout(dies);
        else if (first("lost")) device.destroy();
      },
    });
  return { engine, adapterName, lost };
});
