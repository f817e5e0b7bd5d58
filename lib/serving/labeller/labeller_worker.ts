/**
 * A labelling thread: the module of the workers that {@link WorkerLabeller} starts.
 *
 * @module
 */
import { EngineSet } from "../../segment/engine_set.ts";
import { hostLabeller } from "./labeller_host.ts";

hostLabeller(async (models) => {
  const engine = await EngineSet.open(models);
  const { adapterName, lost } = await engine.gpu();
  return { engine, adapterName, lost };
});
