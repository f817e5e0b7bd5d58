/** `segment`: labels one scan from disk, without a server. */
import { filterValues } from "@std/collections/filter-values";
import { basename, extname } from "node:path";
import { defineCommand, UsageError } from "../cli/args.ts";
import { MODEL_OPTIONS, openEngine, showProgress } from "../cli/engine.ts";
import { readNamed, readPhotographs } from "../scan/mod.ts";
import { progressDisplay } from "../terminal/progress.ts";
import { drawPanels, labelColors } from "../pictures/picture.ts";
import { convertScan, encodePng, readScan, writeScan } from "../scan/mod.ts";
import { readViews } from "../scan/mod.ts";
import { METHODS } from "../ttt/methods/mod.ts";
import { DEFAULT_METHOD, segmentOptions } from "../segment/options.ts";
import type { StudentCard } from "../nn/card.ts";
import type { Scan } from "../scan/mod.ts";
import type { SegmentResult } from "../segment/segmenter.ts";

export const command = defineCommand({
  name: "segment",
  summary: "Labels one scan (LAS, LAZ or PLY)",
  positionals: ["SCAN"],
  options: {
    "view-source": {
      type: "string",
      value: "NAME",
      about:
        "what the teacher looks at: photographs, or virtual views of the scan itself (photographs)",
    },
    images: { type: "string", value: "DIR", about: "folder of photographs" },
    cameras: {
      type: "string",
      value: "FILE|DIR",
      about: "their cameras: cameras.json, nerfstudio, COLMAP text, KITTI or ScanNet",
    },
    method: {
      type: "string",
      value: "NAME",
      about: `${[...METHODS.keys()].join(", ")} (${DEFAULT_METHOD} with photographs, else bn)`,
    },
    steps: {
      type: "string",
      value: "N",
      about: "gradient steps (the method's own default)",
    },
    "learning-rate": {
      type: "string",
      value: "X",
      about: "of these steps (the method's own default)",
    },
    options: {
      type: "string",
      value: "JSON",
      about: "the method's options as the server takes them, such as '{\"guard\": 3}'",
    },
    "voxel-size": { type: "string", value: "M", about: "edge of a voxel (the student's own)" },
    out: { type: "string", value: "FILE", about: "labelled scan, .ply or .las (SCAN_labelled)" },
    "extra-bytes": {
      type: "boolean",
      about: "LAS also gets the dimensions label and confidence, as PLY always does",
    },
    report: { type: "string", value: "FILE", about: "write the report there, JSON" },
    picture: {
      type: "string",
      value: "FILE",
      about: "write a picture before and after there, PNG",
    },
    ...MODEL_OPTIONS,
  },
  async run(values, [path = ""]) {
    const { images: folder, cameras: camerasPath } = values;
    if ((folder === undefined) !== (camerasPath === undefined)) {
      throw new UsageError("--images and --cameras belong together: give both or neither");
    }
    const options = segmentOptions(
      {
        ...jsonOf(values.options),
        ...filterValues({
          method: values.method,
          viewSource: values["view-source"],
          steps: values.steps,
          learningRate: values["learning-rate"],
          voxelSize: values["voxel-size"],
        }, (value) => value !== undefined),
      },
      folder !== undefined,
    );
    const file = await readNamed(path);
    const scan = await readScan(file.bytes, file.name);
    const out = values.out ?? labelledName(path);
    const format = formatOf(out) ?? scan.format;
    const { photos, cameras } = folder !== undefined && camerasPath !== undefined
      ? await readPhotographs(folder, camerasPath).then((found) =>
        readViews(found.images, found.cameras)
      )
      : { photos: [], cameras: [] };

    await using engine = await openEngine(values);
    using display = progressDisplay();
    const result = await engine.segment({
      scan,
      photos,
      cameras,
      options,
      onProgress: (progress) => showProgress(display, progress),
    });
    display[Symbol.dispose]();

    const { labels, confidence, report } = result;
    const { asprs } = engine.student;
    const answer = writeScan(convertScan(scan, format), {
      labels,
      confidence,
      asprs,
      extraBytes: values["extra-bytes"],
    });
    await Deno.writeFile(out, answer);
    if (values.report) await Deno.writeTextFile(values.report, JSON.stringify(report, null, 2));
    if (values.picture) {
      await Deno.writeFile(values.picture, beforeAndAfter(scan, result, engine.student));
    }
    if (scan.unpacked && format === "las") {
      console.log(`${out} is LAS: ${file.name} was LAZ, and nothing here compresses`);
    }
    console.log(summaryOf(result, out));
  },
});

/** The method's options from the command line. */
function jsonOf(text = "{}"): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      return value as Record<string, unknown>;
    }
  } catch {
    // Told below, as for any other text that is no object.
  }
  throw new UsageError(`--options is a JSON object, such as '{"guard": 3}', not '${text}'`);
}

/** A picture of the scan: source prediction and the method's. */
function beforeAndAfter(scan: Scan, result: SegmentResult, student: StudentCard): Uint8Array {
  const panel = (title: string, labels: Uint8Array) => ({
    title,
    colors: labelColors(labels, student.palette),
  });
  return encodePng(drawPanels(
    scan.positions,
    [panel("source", result.sourceLabels), panel(result.report.method, result.labels)],
    student.classes.map((name, index) => ({ name, color: student.palette[index]! })),
  ));
}

function summaryOf({ report }: SegmentResult, out: string): string {
  const { scan, views, lossName, losses, method, changedPoints, metrics } = report;
  const lines = [
    `${out}: ${scan.points} points labelled by ${method} (${scan.voxels} voxels of ${scan.voxelSize} m)`,
    `changed against the source model: ${(100 * changedPoints).toFixed(1)} % of the points`,
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
    lines.push(`mIoU ${name}: ${(100 * miou).toFixed(1)} %`);
  }
  return lines.join("\n");
}

function labelledName(path: string): string {
  const extension = extname(path);
  return `${basename(path, extension)}_labelled${extension.replace(/^\.laz$/i, ".las")}`;
}

function formatOf(path: string): Scan["format"] | null {
  const extension = extname(path).toLowerCase();
  return extension === ".ply" ? "ply" : extension === ".las" ? "las" : null;
}
