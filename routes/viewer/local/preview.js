/**
 * What the page shows of files before anything is sent: the scan, its bounds, the frusta of its cameras, and the
 * photographs.
 *
 * @module
 */
import { byId } from "../dom.js";
import { whole } from "../legend.js";
import { readCameraFiles } from "./cameras.js";
import { boxLines, frustumLines } from "./outlines.js";
import { Photographs } from "./photographs.js";
import { readScanFile } from "./scan_file.js";

/**
 * @typedef {object} Outlines
 * @property {number[]} bounds ends of lines, in the coordinates of the scan
 * @property {number[]} cameras
 */

/** The preview of an intake. */
export class Preview {
  photographs = new Photographs();
  #note = byId("previewNote", HTMLElement);
  /** What is shown. @type {{scan: File | undefined, cameras: string, photos: string}} */
  #shown = { scan: undefined, cameras: "", photos: "" };

  /**
   * Shows what has changed of an intake.
   *
   * @param {import("../intake.js").Intake} intake
   * @param {number} most points to show
   * @param {(points: import("../cloud.js").Points | null, outlines: Outlines) => void} onRead draws the scan, of which
   * there are no points where it cannot be read here.
   */
  async show({ scans, photos, cameras }, most, onRead) {
    const scan = scans.length === 1 ? scans[0] : undefined;
    const before = this.#shown;
    const now = { scan: scan?.file, cameras: keyOf(cameras), photos: keyOf(photos) };
    this.#shown = now;
    const isSame = now.scan === before.scan && now.cameras === before.cameras;
    if (isSame && now.photos === before.photos) return;
    const found = await readCameraFiles(cameras);
    // Other files may have been chosen meanwhile.
    if (this.#shown !== now) return;
    this.photographs.show(photos, found);
    if (isSame) return;
    this.#note.hidden = true;
    if (!scan) return onRead(null, { bounds: [], cameras: [] });
    const read = await readScanFile(scan, most);
    if (this.#shown.scan !== now.scan || this.#shown.cameras !== now.cameras) return;
    const { points, count, note } = read;
    const notes = [
      note,
      count > 0 ? `${whole(count)} points` : "",
      found.length > 0 ? `${whole(found.length)} ${found.length === 1 ? "camera" : "cameras"}` : "",
      cameras.length > 0 && found.length === 0 ? "Its cameras are read by the server alone." : "",
    ];
    this.#note.textContent = notes.filter(Boolean).join(" · ");
    this.#note.hidden = false;
    const drawn = points ?? cornersOf(read);
    if (!drawn) return onRead(null, { bounds: [], cameras: [] });
    const { least, greatest } = boundsOf(drawn);
    const diagonal = Math.hypot(...least.map((low, axis) => greatest[axis] - low));
    onRead(drawn, {
      bounds: boxLines(least, greatest),
      cameras: frustumLines(found, diagonal),
    });
  }
}

/** @param {readonly import("../intake.js").NamedFile[]} files */
function keyOf(files) {
  return files.map(({ name, file }) => `${name} ${file.size} ${file.lastModified}`).join("\n");
}

/**
 * The two corners of the bounds in the place of points that cannot be read here.
 *
 * @param {{least: number[] | null, greatest: number[] | null}} bounds
 * @returns {import("../cloud.js").Points | null}
 */
function cornersOf({ least, greatest }) {
  if (!least || !greatest) return null;
  const positions = Float32Array.from([0, 0, 0, ...least.map((low, i) => greatest[i] - low)]);
  return {
    count: 2,
    channels: 0,
    origin: least,
    positions,
    color: new Uint8Array(),
    intensity: null,
    original: null,
  };
}

/** The box in the coordinates of the scan. @param {import("../cloud.js").Points} points */
function boundsOf({ positions, origin }) {
  const [least, greatest] = [[0, 1, 2].map(() => Infinity), [0, 1, 2].map(() => -Infinity)];
  positions.forEach((value, i) => {
    const axis = i % 3;
    least[axis] = Math.min(least[axis], value + origin[axis]);
    greatest[axis] = Math.max(greatest[axis], value + origin[axis]);
  });
  return { least, greatest };
}
