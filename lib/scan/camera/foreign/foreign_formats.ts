/**
 * Camera files of other programs that are not read: each is known by its content, so that the error can name the way
 * to a format that is.
 *
 * @module
 */
import type { OpenedFile } from "../camera_file.ts";
import { isRecord } from "../camera_format.ts";

/** A format that is not read. */
interface ForeignFormat {
  /** What the file is, after "it is". */
  what: string;
  /** How to get to a format that is read. */
  mend: string;
  /** Tells it by its content; of the text only the beginning is there. */
  matches: (file: OpenedFile) => boolean;
}

const NUMBER = "[-+]?[\\d.]+(?:e[-+]?\\d+)?";
/** Characters at the beginning of a text that tell its format. */
const HEAD = 4096;
/** Lines among them that may name the columns of a table. */
const HEAD_LINES = 4;

const FOREIGN: readonly ForeignFormat[] = [
  {
    what: "Metashape's XML of cameras",
    mend: "export the cameras from Metashape as Colmap (File, Export, Export Cameras)",
    matches: ({ text }) => /^(?:<\?xml[^>]*>)?\s*<document\b[^>]*>\s*<chunk\b/.test(text),
  },
  {
    what: "a table of angles omega, phi and kappa, as Metashape and Pix4D write it, without lenses",
    mend:
      "export the cameras as COLMAP: from Metashape or RealityScan directly, from Pix4D's OPF by opf2colmap of pyopf",
    matches: (file) => headHas(file, /\bomega\b.*\bphi\b.*\bkappa\b/i),
  },
  {
    what: "RealityCapture's table of cameras",
    mend:
      "export the registration from RealityScan as COLMAP, or make transforms.json of it by nerfstudio's ns-process-data realitycapture",
    matches: (file) => headHas(file, /^#?\s*name\s*,.*\bheading\b.*\bpitch\b.*\broll\b/i),
  },
  {
    what: "Pix4D's matrices of projection",
    mend: "convert the project as OPF by opf2colmap of pyopf, and send the COLMAP model",
    matches: ({ text }) =>
      new RegExp(`^(?=\\S*[a-z])\\S+(?:\\s+${NUMBER}){12}\\s*(?:\\n|$)`, "i").test(text),
  },
  {
    what: "Bundler's model",
    mend: "export the cameras as COLMAP from the program that wrote it",
    matches: ({ text }) => /^# Bundle file v/.test(text),
  },
  {
    what: "OpenSfM's reconstruction, as OpenDroneMap has it too",
    mend:
      "export it by OpenSfM's export_colmap, or make transforms.json of OpenDroneMap's project by nerfstudio's ns-process-data odm",
    matches: ({ json }) => {
      const [first] = Array.isArray(json) ? json : [];
      return isRecord(first) && "shots" in first && "cameras" in first;
    },
  },
  {
    what: "OpenDroneMap's cameras.json, which has lenses without poses",
    mend: "make transforms.json of the project by nerfstudio's ns-process-data odm",
    matches: ({ json }) => {
      const [first] = isRecord(json) ? Object.values(json) : [];
      return isRecord(first) && "projection_type" in first;
    },
  },
  {
    what: "Record3D's metadata",
    mend: "make transforms.json of the export by nerfstudio's ns-process-data record3d",
    matches: ({ json }) =>
      isRecord(json) && Array.isArray(json["K"]) && Array.isArray(json["poses"]),
  },
  {
    what: "Polycam's camera of one photograph",
    mend: "make transforms.json of the export by nerfstudio's ns-process-data polycam",
    matches: ({ json }) => isRecord(json) && "t_00" in json && "t_23" in json,
  },
  {
    what: "a list of poses without lenses, as KITTI and TUM have them",
    mend:
      "for a scan of KITTI send its calib.txt; otherwise write cameras.json with lens and pose of each photograph",
    matches: ({ text }) =>
      new RegExp(
        `^(?:#.*\\n\\s*)*${NUMBER}(?:[ \\t]+${NUMBER}){7}(?:(?:[ \\t]+${NUMBER}){4})?\\s*(?:\\n|$)`,
        "i",
      )
        .test(text),
  },
];

/** What is said of a file whose format is known and not read; null for any other. */
export function foreignFormat(file: OpenedFile): { problem: string; mend: string } | null {
  const head = { ...file, text: file.text.slice(0, HEAD) };
  const found = FOREIGN.find(({ matches }) => matches(head));
  return found ? { problem: `it is ${found.what}, and is not read`, mend: found.mend } : null;
}

/** Whether one of the first lines names such columns. */
function headHas({ text }: OpenedFile, columns: RegExp): boolean {
  return text.split("\n", HEAD_LINES).some((line) => columns.test(line));
}
