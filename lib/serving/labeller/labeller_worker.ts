/**
 * A labelling thread: the module of the workers that {@link WorkerLabeller} starts.
 *
 * @module
 */
import { Engine } from "../../segment/engine.ts";
import { hostLabeller } from "./labeller_host.ts";

hostLabeller(async (models) => {
  const engine = await Engine.open(models);
  const { adapterName, lost } = await engine.gpu();
  return { engine, adapterName, lost };
});
