/**
 * `deno task bench --tune`: times the settings of the matrix kernels on the adapter at hand, and writes down the fastest for
 * the program to read. What counts is the time of a whole network, forward and backward.
 */
import { type Gpu, settingsFor } from "../../lib/gpu/mod.ts";
import { Plan } from "../../lib/graph/plan.ts";
import { notesPath, readNotes, selfCheck, writeNotes } from "../../lib/kernel_choice/mod.ts";
import { measureRates, tableLine } from "./measure.ts";
import { BACKBONE, BenchNetwork, networkOnScan } from "./network.ts";

/** Prints a line for each setting, and writes the fastest into the notes on the adapter. */
export async function tune(gpu: Gpu, rounds: number, voxels: number): Promise<void> {
  using owned = new DisposableStack();
  const notes = await readNotes(gpu.adapterName);
  const { flop, training } = await networkOnScan(
    gpu,
    owned,
    owned.use(new BenchNetwork(gpu)),
    voxels,
  );
  const total = flop.forward + flop.backward;
  const rates: { name: string; rate: number }[] = [];
  console.log(tableLine(`${BACKBONE}, ${voxels} voxels`, ["ms", "GFLOP/s"]));
  for (const setting of settingsFor(gpu, "auto")) {
    const { name } = setting;
    const fault = await selfCheck(gpu, setting);
    if (fault === null) notes.verdicts[name] = null;
    else {
      delete notes.verdicts[name];
      console.log(`  ${name} is left out, because it is wrong on this driver: ${fault}`);
      continue;
    }
    gpu.kernels = setting;
    using plan = new Plan(gpu, training(), [], name);
    const [rate] = await measureRates([{
      name,
      flop: total,
      async run(repetitions) {
        for (let i = 0; i < repetitions; i++) plan.submit();
        await gpu.finished();
      },
    }], rounds) as [number];
    console.log(tableLine(`  ${name}`, [(total / rate / 1e6).toFixed(0), rate]));
    rates.push({ name, rate });
  }
  rates.sort((a, b) => b.rate - a.rate);
  if (rates.length === 0) throw new Error("Cannot tune: no setting is right on this driver");
  await writeNotes({ ...notes, fastest: rates[0]!.name });
  console.log(`${rates[0]!.name} is the fastest; written to ${notesPath(gpu.adapterName)}`);
}
