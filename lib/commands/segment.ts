/** `segment`: labels scans on disk, without a server. */
import { basename, extname } from "node:path";
import { defineCommand, UsageError } from "../cli/args.ts";
import { MODEL_OPTIONS, openStudents, showProgress, STRICT_OPTION } from "../cli/engine.ts";
import {
  answerFiles,
  labelRequest,
  optionsOf,
  readRequest,
  sidecarsOf,
} from "../cli/label_scan.ts";
import { checkOutputs, namesFolder } from "../cli/outputs.ts";
import {
  bareScan,
  type ScanFiles,
  scanInFolder,
  scanWithPhotographs,
  withEmbedded,
} from "../cli/scan_files.ts";
import { segmentCampaign } from "../cli/segment_campaign.ts";
import { drawLabelPanels } from "../pictures/picture.ts";
import {
  checkConversion,
  encodePng,
  LENGTH_UNITS,
  type Scan,
  SCAN_FORMATS,
  type ScanFormat,
  spreadOverRows,
  TEXT_EXTENSION,
  UP_AXES,
} from "../scan/mod.ts";
import { encodeNpy } from "../serving/files/npy.ts";
import { DEFAULT_METHOD } from "../segment/options.ts";
import type { ReportedScan } from "../segment/report/report.ts";
import type { SegmentResult } from "../segment/segmenter.ts";
import { percent } from "../terminal/format.ts";
import { progressDisplay } from "../terminal/progress.ts";
import { METHODS, SCAN_METHODS } from "../ttt/methods/mod.ts";

/** Options that a campaign does not take. */
const OF_ONE_SCAN = [
  "images",
  "cameras",
  "corrections",
  "report",
  "picture",
  "probabilities",
] as const;

export const command = defineCommand({
  name: "segment",
  summary:
    "Labels a scan on disk (LAS, LAZ, PLY, PCD, E57, PTX, text or KITTI's .bin), a folder of a scan, its photographs and cameras, or many scans",
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
      about:
        "cameras of the photographs: cameras.json, nerfstudio, COLMAP, 3D Gaussian Splatting, KITTI or ScanNet",
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
      value: "NAME|METRES",
      about: `unit of the coordinates: auto, ${
        Object.keys(LENGTH_UNITS).join(", ")
      }, or the metres of one unit, such as 0.37`,
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
      value: "FILE|FOLDER",
      about:
        "labelled scan to write, .ply or .las, or in the scan's own format; FILE.classes.json and, for LAS, a QGIS style lie " +
        "beside it; with a folder (any other name, or with a slash at its end), every scan below FOLDER is " +
        "labelled into it, and what is labelled already is left alone",
      otherwise: "SCAN_labelled, in the scan's format",
    },
    fresh: { type: "boolean", about: "label what is labelled already once more" },
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
        'JSON object from the labels of the scan to classes, such as {"7": "chair", "8": ["wall", "beam"]}, to score them',
    },
    "map-labels": {
      type: "boolean",
      about: "write the labels of --label-map instead of the student's classes",
    },
    "probability-fields": {
      type: "boolean",
      about:
        "add the probabilities of all classes to the answer, as fields such as probability_chair",
    },
    instances: {
      type: "boolean",
      about: "also say which object each point belongs to, as instance: from 1, and 0 for none",
    },
    probabilities: {
      type: "string",
      value: "FILE",
      about: "probabilities of all classes to write, as an array of NumPy (points, classes)",
    },
    corrections: {
      type: "string",
      value: "FILE",
      about:
        'JSON object from class names to numbers of points, such as {"chair": [17, 290]}: what single points are',
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
    if (await isCampaign(given, values)) {
      return await segmentCampaign(given, values.out!, values);
    }
    const found = await withEmbedded(await filesOf(given, values));
    const out = values.out ?? labelledName(found.path);
    const wanted = formatOf(out);
    const labelMap = values["label-map"];
    const beside = sidecarsOf(out);
    const replaced = await checkOutputs(
      [out, ...Object.values(beside), values.report, values.picture, values.probabilities],
      [...found.inputs, ...[labelMap, values.corrections].filter((path) => path !== undefined)],
    );
    const options = await optionsOf(values, found.cameras.length > 0);
    const { lossName } = METHODS.get(options.method)!;
    const request = {
      ...await readRequest(found, options, values),
      probabilities: values.probabilities !== undefined || values["probability-fields"],
    };
    const { scan } = request;
    const format = wanted ?? scan.format;
    checkConversion(scan, format);

    await using engine = await openStudents(values);
    using display = progressDisplay();
    const result = await labelRequest(
      engine,
      request,
      (text) => display.say(text),
      (progress) => showProgress(display, progress, lossName),
    );
    display[Symbol.dispose]();

    const { report } = result;
    const files = answerFiles(out, scan, format, result, values, options);
    for (const [path, bytes] of files) await Deno.writeFile(path, bytes);
    if (values.probabilities) {
      await Deno.writeFile(values.probabilities, probabilitiesFile(scan, result));
    }
    if (values.report) await Deno.writeTextFile(values.report, JSON.stringify(report, null, 2));
    if (values.picture) {
      await Deno.writeFile(values.picture, beforeAndAfter(scan, result));
    }
    // All that is for people goes to stderr, the summary last; programs take --report.
    if (scan.converted && format === scan.format) {
      const name = basename(found.path);
      console.error(`${out} is ${format.toUpperCase()}: ${name} ${WHY_CONVERTED[scan.converted]}`);
    }
    for (const path of replaced) {
      if (path !== beside.style || files.has(path)) console.error(`replaced ${path}`);
    }
    if (report.scan.labels) {
      console.error(ownLabels(report.scan.labels, format, !values["drop-labels"]));
    }
    console.error(summaryOf(result, out));
  },
});

/**
 * Whether all scans below a folder are to be labelled into another folder.
 *
 * @throws {UsageError} where an option belongs to a single scan.
 */
async function isCampaign(
  path: string,
  values: { readonly [name in "out" | (typeof OF_ONE_SCAN)[number]]: string | undefined },
): Promise<boolean> {
  const { out } = values;
  const isFolder = async (path: string) =>
    (await Deno.stat(path).catch(() => null))?.isDirectory ?? false;
  if (out === undefined || !await isFolder(path)) return false;
  // A folder that does not exist yet may have a dot in its name, such as that of a year; one with a slash is a folder in any case.
  if (namesScan(out) && !await isFolder(out)) return false;
  const given = OF_ONE_SCAN.find((name) => values[name] !== undefined);
  if (given === undefined) return true;
  throw new UsageError(
    `Cannot use --${given} with --out ${out}: that labels all scans below ${path}, each with the photographs beside it and a report of its own; name a file to label one scan`,
  );
}

/** Whether a name ends as scans do, those among them that are only read: {@link formatOf} says what to write instead. */
function namesScan(path: string): boolean {
  if (namesFolder(path)) return false;
  const extension = extname(path).toLowerCase().slice(1);
  return TEXT_EXTENSION.test(path) || [...SCAN_FORMATS, "laz", "e57"].includes(extension);
}

/** Finds the scan, its photographs and the files of their cameras. */
async function filesOf(
  path: string,
  { images, cameras }: { images?: string | undefined; cameras?: string | undefined },
): Promise<ScanFiles> {
  if (images !== undefined || cameras !== undefined) {
    return await scanWithPhotographs(path, images, cameras);
  }
  // A file that is missing is reported where it is read.
  const info = await Deno.stat(path).catch(() => null);
  return info?.isDirectory ? await scanInFolder(path) : bareScan(path);
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

/** The probabilities of all classes by rows of the scan's file; rows that are no points have zeros. */
function probabilitiesFile({ leftOut = [] }: Scan, result: SegmentResult): Uint8Array {
  const classes = result.student.classes.length;
  const values = spreadOverRows(result.probabilities!, leftOut, 0, classes);
  return encodeNpy(values, [values.length / classes, classes]);
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
  if (report.instances) {
    const counts = Object.entries(report.instances).map(([name, count]) => `${count} ${name}`);
    lines.push(`objects: ${counts.join(", ") || "none"}`);
  }
  for (const [name, { miou }] of Object.entries(metrics ?? {})) {
    lines.push(`mIoU of ${name}: ${percent(miou)} %`);
  }
  return lines.join("\n");
}

/** Why an answer has another format than the scan. */
const WHY_CONVERTED = {
  "laz to las": "was LAZ, and this program does not compress",
  "e57 to ply": "was E57, into which this program writes no labels",
  "ptx to ply": "was PTX, into which this program writes no labels",
  "bin to ply": "was .bin, which has no place for labels",
} as const;

function labelledName(path: string): string {
  const extension = extname(path);
  return `${basename(path, extension)}_labelled${
    extension.replace(/^\.laz$/i, ".las").replace(/^\.(?:e57|ptx|bin)$/i, ".ply")
  }`;
}

/** The format that a name asks for; null where it has no extension. @throws {UsageError} where that is another one */
function formatOf(path: string): ScanFormat | null {
  const extension = extname(path).toLowerCase().slice(1);
  if (extension === "") return null;
  if (TEXT_EXTENSION.test(path)) return "csv";
  const format = SCAN_FORMATS.find((name) => name === extension);
  if (format) return format;
  const mend = extension === "laz"
    ? "this program does not compress; name it .las, and compress it with laszip or pdal"
    : `name it ${SCAN_FORMATS.map((name) => `.${name}`).join(" or ")}`;
  throw new UsageError(`Cannot write ${path}: ${mend}`);
}
