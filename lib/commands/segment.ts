/** `segment`: labels a scan on disk, without a server. */
import { filterValues } from "@std/collections/filter-values";
import { basename, extname, join } from "node:path";
import { defineCommand, UsageError } from "../cli/args.ts";
import { checkOutputs } from "../cli/outputs.ts";
import { MODEL_OPTIONS, openStudents, showProgress, STRICT_OPTION } from "../cli/engine.ts";
import {
  type LabelNames,
  LENGTH_UNITS,
  readNamed,
  readPhotographs,
  readSceneFolder,
  type SceneFolder,
  UP_AXES,
} from "../scan/mod.ts";
import { percent } from "../terminal/format.ts";
import { progressDisplay } from "../terminal/progress.ts";
import { drawLabelPanels } from "../pictures/picture.ts";
import { classList, convertScan, encodePng, qgisStyle, readScan, writeScan } from "../scan/mod.ts";
import { readViews } from "../scan/mod.ts";
import { METHODS, SCAN_METHODS } from "../ttt/methods/mod.ts";
import { DEFAULT_METHOD, segmentOptions } from "../segment/options.ts";
import type { Scan, Warning } from "../scan/mod.ts";
import type { ReportedScan } from "../segment/report.ts";
import type { SegmentResult } from "../segment/segmenter.ts";

export const command = defineCommand({
  name: "segment",
  summary:
    "Labels a scan on disk (LAS, LAZ or PLY), or a folder of a scan, its photographs and cameras",
  positionals: ["SCAN|FOLDER"],
  options: {
    "view-source": {
      type: "string",
      value: "NAME",
      about: "what the teacher sees: photographs, or virtual views rendered of the scan itself",
      otherwise: "photographs",
    },
    images: { type: "string", value: "DIR", about: "folder of photographs" },
    cameras: {
      type: "string",
      value: "FILE|DIR",
      about: "cameras of the photographs: cameras.json, nerfstudio, COLMAP, KITTI or ScanNet",
    },
    method: {
      type: "string",
      value: "NAME",
      about: "how the scan is labelled: one of the methods below",
      otherwise: `${DEFAULT_METHOD} with photographs, else bn`,
    },
    steps: {
      type: "string",
      value: "N",
      about: "gradient steps",
      otherwise: "the method's own",
    },
    "learning-rate": {
      type: "string",
      value: "X",
      about: "learning rate of the gradient steps",
      otherwise: "the method's own",
    },
    options: {
      type: "string",
      value: "JSON",
      about: "further options of the method as the server takes them, such as '{\"guard\": 3}'",
    },
    "voxel-size": {
      type: "string",
      value: "METRES",
      about: "edge of a voxel",
      otherwise: "the student's own",
    },
    unit: {
      type: "string",
      value: "NAME",
      about: `unit of the coordinates: auto, ${Object.keys(LENGTH_UNITS).join(", ")}`,
      otherwise: "auto: what the file says, else metre",
    },
    up: {
      type: "string",
      value: "AXIS",
      about: `axis that points up: auto, ${UP_AXES.join(", ")}`,
      otherwise: "auto: z for LAS, else a guess",
    },
    out: {
      type: "string",
      value: "FILE",
      about:
        "labelled scan to write, .ply or .las; FILE.classes.json and, for LAS, a QGIS style lie beside it",
      otherwise: "SCAN_labelled, in the scan's format",
    },
    "extra-bytes": {
      type: "boolean",
      about: "add the dimensions label and confidence to LAS, as PLY always has them",
    },
    "drop-labels": {
      type: "boolean",
      about: "leave out the labels that the scan came with, which the answer keeps otherwise",
    },
    "label-map": {
      type: "string",
      value: "FILE",
      about:
        'JSON object from the labels of the scan to class names, such as {"7": "chair"}, to score them',
    },
    report: { type: "string", value: "FILE", about: "report to write (JSON)" },
    picture: {
      type: "string",
      value: "FILE",
      about: "picture of the scan before and after adaptation to write (PNG)",
    },
    ...MODEL_OPTIONS,
    strict: STRICT_OPTION,
  },
  details: {
    title: "methods",
    rows: [...SCAN_METHODS.values()].map(({ name, about }) => [name, about]),
  },
  async run(values, [given = ""]) {
    const { path, images, cameras, labelNames, warnings, inputs } = await filesOf(given, values);
    const out = values.out ?? labelledName(path);
    const wanted = formatOf(out);
    const labelMap = values["label-map"];
    const beside = sidecarsOf(out);
    const replaced = await checkOutputs(
      [out, ...Object.values(beside), values.report, values.picture],
      labelMap ? [...inputs, labelMap] : inputs,
    );
    const options = segmentOptions(
      {
        ...jsonOf(values.options),
        ...filterValues({
          method: values.method,
          viewSource: values["view-source"],
          steps: values.steps,
          learningRate: values["learning-rate"],
          voxelSize: values["voxel-size"],
          labelMap: labelMap && await Deno.readTextFile(labelMap),
          unit: values.unit,
          up: values.up,
          // Left out, it may stand among the --options.
          strict: values.strict || undefined,
        }, (value) => value !== undefined),
      },
      cameras.length > 0,
    );
    const { lossName } = METHODS.get(options.method)!;
    const file = await readNamed(path);
    const scan = named(await readScan(file.bytes, file.name), labelNames);
    const format = wanted ?? scan.format;
    const views = cameras.length > 0
      ? await readViews(images, cameras, file.name)
      : { photos: [], cameras: [], warnings: [] };

    await using engine = await openStudents(values);
    using display = progressDisplay();
    let warned = 0;
    /** Prints the warnings that are new: they come while there is still time to stop. */
    const warn = (warnings: readonly Warning[] = []) => {
      for (; warned < warnings.length; warned++) {
        display.say(`warning: ${warnings[warned]!.text}`);
      }
    };
    const result = await engine.segment({
      scan,
      ...views,
      warnings: [...warnings, ...views.warnings],
      options,
      onProgress: (progress) => {
        warn(progress.warnings);
        showProgress(display, progress, lossName);
      },
    });
    warn(result.report.warnings);
    display[Symbol.dispose]();

    const { labels, confidence, report, student } = result;
    const answer = writeScan(convertScan(scan, format), {
      labels,
      confidence,
      student,
      extraBytes: values["extra-bytes"],
      keepLabels: !values["drop-labels"],
    });
    await Deno.writeFile(out, answer);
    await Deno.writeTextFile(beside.classes, classList(student));
    if (format === "las") await Deno.writeTextFile(beside.style, qgisStyle(student));
    if (values.report) await Deno.writeTextFile(values.report, JSON.stringify(report, null, 2));
    if (values.picture) {
      await Deno.writeFile(values.picture, beforeAndAfter(scan, result));
    }
    // All that is for people goes to stderr, the summary last; programs take --report.
    if (scan.converted && format === scan.format) {
      console.error(`${out} is LAS: ${file.name} was LAZ, and this program does not compress`);
    }
    for (const path of replaced) {
      if (format === "las" || path !== beside.style) console.error(`replaced ${path}`);
    }
    if (report.scan.labels) {
      console.error(ownLabels(report.scan.labels, format, !values["drop-labels"]));
    }
    console.error(summaryOf(result, out));
  },
});

/** What a scan is labelled from. */
interface ScanFiles extends Omit<SceneFolder, "scan"> {
  /** Path of the scan. */
  path: string;
  /** Paths of all files that are read. */
  inputs: string[];
}

/** Finds the scan, its photographs and the files of their cameras. */
async function filesOf(
  path: string,
  { images: folder, cameras: camerasPath }: {
    images?: string | undefined;
    cameras?: string | undefined;
  },
): Promise<ScanFiles> {
  const bare = { path, images: [], cameras: [], labelNames: null, warnings: [], inputs: [path] };
  if (folder === undefined && camerasPath === undefined) {
    // A file that is missing is reported where it is read.
    const info = await Deno.stat(path).catch(() => null);
    if (!info?.isDirectory) return bare;
    const { scan, ...found } = await readSceneFolder(path);
    const others = [...found.images, ...found.cameras].map(({ name }) => join(path, name));
    if (found.labelNames) others.push(join(path, found.labelNames.file));
    return { path: scan, ...found, inputs: [scan, ...others] };
  }
  if (folder === undefined || camerasPath === undefined) {
    const [lacking, what] = folder === undefined
      ? ["--images", "the folder of the photographs"]
      : ["--cameras", "the file or the folder of their cameras"];
    throw new UsageError(
      `--images and --cameras belong together: give ${lacking} too, ${what}, which may be the same folder`,
    );
  }
  const { images, cameras } = await readPhotographs(folder, camerasPath);
  const others = [
    camerasPath,
    ...cameras.map(({ name }) => join(camerasPath, name)),
    ...images.map(({ name }) => join(folder, name)),
  ];
  return { ...bare, images, cameras, inputs: [path, ...others] };
}

/** A scan with what a file beside it says of its labels. Names in its own header say it better. */
function named(scan: Scan, found: LabelNames | null): Scan {
  if (!found) return scan;
  if (scan.labels && !scan.labelNames) return { ...scan, labelNames: found.names };
  const why = scan.labels
    ? "the header of the scan names its labels itself"
    : "the scan has no labels";
  const text = `The names of labels in ${found.file} were left out, since ${why}.`;
  return { ...scan, warnings: [...scan.warnings, { code: "left-out", text }] };
}

/** What became of the labels that the scan came with. */
function ownLabels(
  labels: NonNullable<ReportedScan["labels"]>,
  format: Scan["format"],
  isKept: boolean,
): string {
  const name = format === "las" ? "classification_original" : "label_original";
  const scored = labels === "scored"
    ? "compared with the prediction"
    : "not compared with the prediction (--label-map says what they mean)";
  return `the scan's own labels were ${isKept ? `kept as ${name}` : "left out"}, and ${scored}`;
}

/** The options of the method as JSON. */
function jsonOf(text = "{}"): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      return value as Record<string, unknown>;
    }
  } catch {
    // The error below covers this too.
  }
  throw new UsageError(
    `Cannot set --options to '${text}': it is not a JSON object, such as '{"guard": 3}'`,
  );
}

/** A picture of the scan with the labels of the source prediction and of the method. */
function beforeAndAfter(scan: Scan, result: SegmentResult): Uint8Array {
  return encodePng(drawLabelPanels(scan.positions, [
    { title: "source", labels: result.sourceLabels },
    { title: result.report.method, labels: result.labels },
  ], result.student));
}

function summaryOf({ report }: SegmentResult, out: string): string {
  const { scan, views, lossName, losses, method, changedPoints, metrics } = report;
  const lines = [
    `${out}: ${scan.points} points labelled by ${method} (${scan.voxels} voxels of ${scan.voxelSize} m)`,
    `labels that differ from the source prediction: ${percent(changedPoints)} %`,
  ];
  if (losses.length > 0) {
    lines.push(
      `${lossName} ${losses[0]!.toFixed(4)} to ${
        losses.at(-1)!.toFixed(4)
      } in ${report.steps} steps; ` +
        `${views.count} ${
          views.virtual ? "virtual views" : "photographs"
        } saw ${views.pointsSeen} points`,
    );
  }
  for (const [name, { miou }] of Object.entries(metrics ?? {})) {
    lines.push(`mIoU of ${name}: ${percent(miou)} %`);
  }
  return lines.join("\n");
}

/** Paths of the files that lie beside a result: its classes, and beside LAS a style that QGIS loads by itself. */
function sidecarsOf(out: string): { classes: string; style: string } {
  const stem = out.slice(0, out.length - extname(out).length);
  return { classes: `${stem}.classes.json`, style: `${stem}.qml` };
}

function labelledName(path: string): string {
  const extension = extname(path);
  return `${basename(path, extension)}_labelled${extension.replace(/^\.laz$/i, ".las")}`;
}

/** The format that a name asks for; null where it has no extension. @throws {UsageError} where that is another one */
function formatOf(path: string): Scan["format"] | null {
  const extension = extname(path).toLowerCase();
  if (extension === "" || extension === ".ply") return extension === "" ? null : "ply";
  if (extension === ".las") return "las";
  const mend = extension === ".laz"
    ? "this program does not compress; name it .las, and compress it with laszip or pdal"
    : "name it .ply or .las";
  throw new UsageError(`Cannot write ${path}: ${mend}`);
}
