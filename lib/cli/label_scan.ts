/**
 * Labels a scan on disk: what `segment` does for one scan, and for each scan of a campaign.
 *
 * @module
 */
import { filterValues } from "@std/collections/filter-values";
import { basename } from "node:path";
import {
  classList,
  convertScan,
  qgisStyle,
  readViews,
  type Scan,
  stemOf,
  type Warning,
  writeScan,
} from "../scan/mod.ts";
import type { EngineSet } from "../segment/engine_set.ts";
import { instanceColumn } from "../segment/instances/instance_column.ts";
import { answerInLabels, requireAnswerable } from "../segment/labels/label_map.ts";
import { probabilityColumns } from "../segment/labels/probability_columns.ts";
import { segmentOptions } from "../segment/options.ts";
import type { SegmentOptions, SegmentRequest, SegmentResult } from "../segment/segmenter.ts";
import type { Progress } from "../ttt/progress.ts";
import { UsageError } from "./args.ts";
import { readScanOf, type ScanFiles } from "./scan_files.ts";

/** Values of the options that say how scans are labelled. */
export interface LabelValues {
  readonly "view-source": string | undefined;
  readonly method: string | undefined;
  readonly steps: string | undefined;
  readonly "learning-rate": string | undefined;
  readonly options: string | undefined;
  readonly "voxel-size": string | undefined;
  readonly unit: string | undefined;
  readonly up: string | undefined;
  readonly "label-map": string | undefined;
  readonly corrections: string | undefined;
  readonly "map-labels": boolean;
  readonly strict: boolean;
  readonly instances: boolean;
  readonly "probability-fields": boolean;
}

/** Values of the options that say what answers hold. */
export interface AnswerValues {
  readonly "extra-bytes": boolean;
  readonly "probability-fields": boolean;
  readonly "drop-labels": boolean;
  readonly "map-labels": boolean;
}

/**
 * The options of the method for a scan.
 *
 * @param hasCameras whether the scan has photographs.
 * @throws {OptionError} naming the option that is wrong.
 */
export async function optionsOf(
  values: LabelValues,
  hasCameras: boolean,
): Promise<SegmentOptions> {
  const labelMap = values["label-map"];
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
        corrections: values.corrections && await Deno.readTextFile(values.corrections),
        unit: values.unit,
        up: values.up,
        // Left out, it may stand among the --options.
        strict: values.strict || undefined,
      }, (value) => value !== undefined),
    },
    hasCameras,
  );
  if (values["map-labels"]) requireAnswerable(options.labelMap);
  return options;
}

/** Reads a scan and its photographs. @throws {ScanError | CameraError | PhotoError} naming what is wrong. */
export async function readRequest(
  files: ScanFiles,
  options: SegmentOptions,
  { instances, "probability-fields": probabilities }: Pick<
    LabelValues,
    "instances" | "probability-fields"
  >,
): Promise<SegmentRequest> {
  const scan = await readScanOf(files);
  const views = files.cameras.length > 0
    ? await readViews(files.images, files.cameras, basename(files.path))
    : { photos: [], cameras: [], warnings: [] };
  return {
    ...{ scan, ...views, options, instances, probabilities },
    warnings: [...files.warnings, ...views.warnings],
  };
}

/**
 * Labels what was read.
 *
 * @param warn takes warnings as soon as they are known: they come while there is still time to stop.
 */
export async function labelRequest(
  engine: EngineSet,
  request: SegmentRequest,
  warn: (text: string) => void,
  show: (progress: Progress) => void,
): Promise<SegmentResult> {
  let warned = 0;
  const warnOfNew = (warnings: readonly Warning[] = []) => {
    for (; warned < warnings.length; warned++) warn(`warning: ${warnings[warned]!.text}`);
  };
  const result = await engine.segment({
    ...request,
    onProgress: (progress) => {
      warnOfNew(progress.warnings);
      show(progress);
    },
  });
  warnOfNew(result.report.warnings);
  return result;
}

/** Paths of the files that lie beside an answer: its classes, and beside LAS a style that QGIS loads by itself. */
export function sidecarsOf(out: string): { classes: string; style: string } {
  const stem = stemOf(out);
  return { classes: `${stem}.classes.json`, style: `${stem}.qml` };
}

/** The labelled scan as a file, and what lies beside it, by path. */
export function answerFiles(
  out: string,
  scan: Scan,
  format: Scan["format"],
  result: SegmentResult,
  values: AnswerValues,
  { labelMap, labelNames }: SegmentOptions,
): Map<string, Uint8Array> {
  const { labels, student } = values["map-labels"]
    ? answerInLabels(result.labels, labelMap!, result.student, labelNames ?? scan.labelNames)
    : result;
  const answer = writeScan(convertScan(scan, format), {
    labels,
    confidence: result.confidence,
    student,
    extraBytes: values["extra-bytes"],
    keepLabels: !values["drop-labels"],
    columns: [
      ...(result.instances ? [instanceColumn(result.instances)] : []),
      ...(values["probability-fields"]
        ? probabilityColumns(result.probabilities!, result.student.classes)
        : []),
    ],
  });
  const { classes, style } = sidecarsOf(out);
  const encoder = new TextEncoder();
  return new Map([
    [out, answer],
    [classes, encoder.encode(classList(student))],
    ...(format === "las" ? [[style, encoder.encode(qgisStyle(student))] as const] : []),
  ]);
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
