/** `worlds`: draws a contact sheet of every domain of a data set. */
import { join } from "node:path";
import { kernelChoice, KERNELS_OPTION } from "../cli/engine.ts";
import { defineCommand, UsageError, wholeNumber } from "../cli/args.ts";
import {
  DATASET_SPLITS,
  type DatasetScene,
  type DatasetSplit,
  openDataset,
  PUBLISHED_NAMES,
  TRANSFER_NAMES,
  WORLD_NAMES,
} from "../datasets/mod.ts";
import { contactSheet } from "../eval/pictures/contact_sheet.ts";
import { openGpu } from "../kernel_choice/mod.ts";
import { encodePng } from "../scan/mod.ts";

export const command = defineCommand({
  name: "worlds",
  summary: "Draws photographs, scans and classes of every domain of a data set",
  positionals: [],
  options: {
    benchmark: {
      type: "string",
      value: "NAME",
      default: "rooms",
      about: `data set: ${
        [...WORLD_NAMES, ...PUBLISHED_NAMES, ...TRANSFER_NAMES].join(", ")
      }, or the JSON file of a data set`,
    },
    data: {
      type: "string",
      value: "DIR",
      about: "folder of a published data set, or of the scans of a JSON file",
      otherwise: "that of the JSON file",
    },
    domains: { type: "string", value: "A,B", about: "domains to draw", otherwise: "all" },
    split: {
      type: "string",
      value: "NAME",
      default: "validation",
      about: `scenes to draw: ${DATASET_SPLITS.join(", ")}`,
    },
    scenes: { type: "string", value: "N", default: "3", about: "scenes per domain" },
    out: { type: "string", value: "DIR", default: "out/worlds", about: "folder to write to" },
    kernels: KERNELS_OPTION,
  },
  async run(values) {
    const most = wholeNumber("scenes", values.scenes, 1, 20);
    const split = values.split as DatasetSplit;
    if (!DATASET_SPLITS.includes(split)) {
      throw new UsageError(`Unknown split '${split}': there are ${DATASET_SPLITS.join(", ")}`);
    }
    using gpu = await openGpu({ kernels: kernelChoice(values.kernels) });
    const dataset = await openDataset(values.benchmark, gpu, values.data);
    for (const warning of dataset.warnings ?? []) console.error(`warning: ${warning}`);
    const names = dataset.domains.map(({ name }) => name);
    const wanted = values.domains?.split(",") ?? names;
    const unknown = wanted.find((name) => !names.includes(name));
    if (unknown !== undefined) {
      throw new UsageError(`Unknown domain '${unknown}': there are ${names.join(", ")}`);
    }
    await Deno.mkdir(values.out, { recursive: true });
    for (const { name, about } of dataset.domains) {
      if (!wanted.includes(name)) continue;
      const scenes: DatasetScene[] = [];
      const count = Math.min(most, dataset.count(name, split));
      for (let index = 0; index < count; index++) {
        scenes.push(await dataset.scene(name, split, index));
      }
      if (count === 0) {
        console.log(`${name}: no scenes in split ${split}`);
        continue;
      }
      const sheet = contactSheet(dataset, `${dataset.name}, ${name}: ${about}`, scenes);
      const file = join(values.out, `${dataset.name}-${name}.png`);
      await Deno.writeFile(file, encodePng(sheet));
      console.log(`${file}: ${about}`);
    }
  },
});
