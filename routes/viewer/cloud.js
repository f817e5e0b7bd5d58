/**
 * Reads the answer of `GET /v1/jobs/:id/cloud`; lib/serving/files/cloud.ts gives its layout.
 *
 * @module
 */

/**
 * @typedef {object} Points what is known of points before they are labelled; every leading part is spread over the scan.
 * @property {number} count M, number of points to show
 * @property {number} channels channels of colour: 3 or 0
 * @property {number[]} origin
 * @property {Float32Array} positions [M][3] relative to the origin
 * @property {Uint8Array} color [M][channels]
 * @property {Uint8Array | null} intensity [M]
 * @property {Uint8Array | null} original [M] labels that the scan came with; 255 for those that do not fit
 *
 * @typedef {Points & Labelling & {isCorrected?: boolean}} Cloud `isCorrected`: `source` is from before corrections.
 *
 * @typedef {object} Labelling
 * @property {number} scanPoints N, number of points in the scan
 * @property {number} classes K, number of classes
 * @property {Uint32Array} became [K][K] number of points to which the source model gave class i and the result class j
 * @property {Uint32Array} rows [M] rows in the client's file
 * @property {Uint32Array | null} instances [M] objects, from 1; 0 for none. Null where they were not asked for.
 * @property {Uint8Array} source [M]
 * @property {Uint8Array} label [M]
 * @property {Uint8Array} confidence [M]
 * @property {Report} report
 * @property {{id: string, classes: string[], palette: [number, number, number][]}} student the one that labelled
 *
 * @typedef {object} Report
 * @property {{name: string, format: string, points: number, voxels: number, voxelSize: number, unit: string, up: string, labels?: string, blocks: number}} scan
 * @property {{count: number, pointsSeen: number}} views
 * @property {string} student
 * @property {string | null} teacher
 * @property {string} adapter
 * @property {string} method
 * @property {number} steps
 * @property {string | null} lossName
 * @property {number[]} losses
 * @property {Record<string, number>} phases
 * @property {import("./api.js").Warning[]} warnings
 * @property {string} [note]
 * @property {number} changedPoints
 * @property {Record<string, number>} [instances] number of objects by class
 * @property {Record<string, {miou: number, perClass: Record<string, number>}>} [metrics]
 */

const HEADER_BYTES = 84;

/**
 * Decodes a cloud.
 *
 * @param {ArrayBuffer} buffer
 * @returns {Cloud}
 * @throws {SyntaxError} where the buffer holds something else.
 */
export function decodeCloud(buffer) {
  const view = new DataView(buffer);
  const magic = new TextDecoder().decode(buffer.slice(0, 4));
  if (magic !== "TKC2") {
    throw new SyntaxError("Cannot show the cloud: the server sent another format; reload the page");
  }
  const [count, scanPoints, classes, channels, intensities, originals, objects, reportBytes] = Array
    .from({ length: 8 }, (_, i) => view.getUint32(4 + 4 * i, true));
  let at = HEADER_BYTES;
  /** @param {number} length */
  const skip = (length) => {
    const start = at;
    at += length;
    return start;
  };
  // Typed arrays are little-endian on every machine that runs a browser.
  const cloud = {
    count,
    scanPoints,
    classes,
    channels,
    origin: [36, 44, 52].map((at) => view.getFloat64(at, true)),
    became: new Uint32Array(buffer, skip(4 * classes ** 2), classes ** 2),
    positions: new Float32Array(buffer, skip(12 * count), 3 * count),
    rows: new Uint32Array(buffer, skip(4 * count), count),
    instances: objects ? new Uint32Array(buffer, skip(4 * count), count) : null,
    color: new Uint8Array(buffer, skip(channels * count), channels * count),
    intensity: intensities ? new Uint8Array(buffer, skip(count), count) : null,
    original: originals ? new Uint8Array(buffer, skip(count), count) : null,
    source: new Uint8Array(buffer, skip(count), count),
    label: new Uint8Array(buffer, skip(count), count),
    confidence: new Uint8Array(buffer, skip(count), count),
  };
  /** @param {Uint8Array} bytes */
  const parsed = (bytes) => JSON.parse(new TextDecoder().decode(bytes));
  return {
    ...cloud,
    report: parsed(new Uint8Array(buffer, skip(reportBytes), reportBytes)),
    student: parsed(new Uint8Array(buffer, at)),
  };
}
