/**
 * Sorts the files that a user drops or chooses into scan, photographs, cameras, and what says what labels mean.
 *
 * @module
 */

const SCAN = /\.(?:las|laz|ply|pcd|csv|xyz|asc|pts|ptx|e57|pcd\.bin)$|(?:^|\/)\d{6,}\.bin$/i;
const PHOTO = /\.(jpe?g|png|webp)$/i;
const CAMERAS = /\.(?:json|txt)$|(?:cameras|images)\.bin$/i;
/** The points of a COLMAP model, and those from which programs reconstruct a scene: neither cameras nor scan. */
const POINTS = /(?:^|\/)(?:points3D\.\w+|sparse_pc\.ply)$/i;
/** What a JSON file of cameras has near its beginning. */
const CAMERA_KEYS = /"(?:worldToCamera|transform_matrix|file_path|img_name)"/;
/** Files that say what the labels of the scan mean, with the option that takes their content. */
const LABELS = [
  { file: /(?:^|\/)(?:labels|classes)\.json$/i, option: "labelNames" },
  { file: /(?:^|\/)label_map\.json$/i, option: "labelMap" },
];
/** What a JSON file of labels has near its beginning: a name by number, or a list of names. */
const LABEL_KEYS = /"-?\d+"\s*:|\[\s*(?:"|\{)|:\s*-?\d/;
const HEAD_BYTES = 2 ** 16;

/**
 * @typedef {object} Intake
 * @property {NamedFile[]} scans one, before a job can begin.
 * @property {NamedFile[]} photos
 * @property {NamedFile[]} cameras
 * @property {NamedFile[]} labels files that say what the labels of the scan mean.
 * @property {string[]} leftOut names of files that are none of these.
 *
 * @typedef {{name: string, file: File}} NamedFile `name` is the path within the dropped folder.
 */

/** Returns an intake without files. @returns {Intake} */
export function emptyIntake() {
  return { scans: [], photos: [], cameras: [], labels: [], leftOut: [] };
}

/**
 * Adds files; a file replaces an earlier one with the same name.
 *
 * @param {Intake} intake
 * @param {readonly NamedFile[]} files
 */
export async function addFiles(intake, files) {
  intake.leftOut = [];
  for (const { name, file } of files) {
    if (POINTS.test(name)) intake.leftOut.push(name);
    else if (SCAN.test(name)) replace(intake.scans, { name, file });
    else if (PHOTO.test(name)) replace(intake.photos, { name, file });
    else if (await mayBeCameras(name, file)) replace(intake.cameras, { name, file });
    else if (await mayBeLabels(name, file)) replace(intake.labels, { name, file });
    else intake.leftOut.push(name);
  }
}

/**
 * Whether a file may hold cameras; the server says what is wrong with one that does.
 *
 * @param {string} name
 * @param {File} file
 */
async function mayBeCameras(name, file) {
  if (!CAMERAS.test(name)) return false;
  return !/\.json$/i.test(name) || CAMERA_KEYS.test(await file.slice(0, HEAD_BYTES).text());
}

/**
 * Whether a file may say what labels mean.
 *
 * @param {string} name
 * @param {File} file
 */
async function mayBeLabels(name, file) {
  return LABELS.some((kind) => kind.file.test(name)) &&
    LABEL_KEYS.test(await file.slice(0, HEAD_BYTES).text());
}

/**
 * Returns why no job can begin, or null. @param {Intake} intake
 */
export function intakeProblem({ scans, photos, cameras, labels }) {
  if (scans.length > 1) {
    return `A job labels one scan: take out all but one of ${
      listed(scans.map(({ name }) => name))
    }`;
  }
  for (const { file } of LABELS) {
    const alike = labels.filter(({ name }) => file.test(name)).map(({ name }) => name);
    if (alike.length > 1) return `Take out all but one of ${listed(alike)}`;
  }
  if (photos.length > 0 && cameras.length === 0) {
    return "The photographs have no cameras: add cameras.json, transforms.json or the files of COLMAP, KITTI or " +
      "ScanNet, or take the photographs out";
  }
  return null;
}

/** Names the first three of a list. @param {readonly string[]} names */
export function listed(names) {
  const shown = names.slice(0, 3).join(", ");
  return names.length > 3 ? `${shown} and ${names.length - 3} more` : shown;
}

/**
 * @param {NamedFile[]} list
 * @param {NamedFile} entry
 */
function replace(list, entry) {
  const index = list.findIndex(({ name }) => name === entry.name);
  if (index < 0) list.push(entry);
  else list[index] = entry;
}

/**
 * Returns all files of a drop, including those in folders.
 *
 * @param {DataTransfer} transfer
 * @returns {Promise<NamedFile[]>}
 */
export async function droppedFiles(transfer) {
  // The entries are gone after the first await.
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry());
  const lists = entries.map((entry) => entry ? filesOf(entry) : []);
  return (await Promise.all(lists)).flat();
}

/**
 * @param {FileSystemEntry} entry
 * @returns {Promise<NamedFile[]>}
 */
async function filesOf(entry) {
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) =>
      /** @type {FileSystemFileEntry} */ (entry).file(resolve, reject)
    );
    return [{ name: entry.fullPath.replace(/^\//, ""), file }];
  }
  const reader = /** @type {FileSystemDirectoryEntry} */ (entry).createReader();
  const files = [];
  for (;;) {
    // A reader returns at most a hundred entries at a time.
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return files;
    for (const inner of some) files.push(...await filesOf(inner));
  }
}

/**
 * Returns the form for `POST /v1/jobs`.
 *
 * @param {Intake} intake with a scan
 * @param {Record<string, unknown>} options
 * @returns {Promise<FormData>}
 */
export async function formOf({ scans, photos, cameras, labels }, options) {
  const form = new FormData();
  const meanings = await Promise.all(labels.map(async ({ name, file }) => [
    LABELS.find((kind) => kind.file.test(name))?.option,
    await file.text(),
  ]));
  form.append("options", JSON.stringify({ ...options, ...Object.fromEntries(meanings) }));
  for (const { name, file } of cameras) form.append("cameras", file, name);
  for (const { name, file } of photos) form.append("images", file, name);
  for (const { file } of scans) form.append("scan", file);
  return form;
}
