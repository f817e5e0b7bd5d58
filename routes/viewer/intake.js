/**
 * Sorts the files that a user drops or chooses into scan, photographs and cameras.
 *
 * @module
 */

const SCAN = /\.(las|laz|ply)$/i;
const PHOTO = /\.(jpe?g|png|webp)$/i;
const CAMERAS = /\.(json|txt)$/i;

/**
 * @typedef {object} Intake
 * @property {File | null} scan
 * @property {NamedFile[]} photos
 * @property {NamedFile[]} cameras
 *
 * @typedef {{name: string, file: File}} NamedFile `name` is the path within the dropped folder.
 */

/** Returns an intake without files. @returns {Intake} */
export function emptyIntake() {
  return { scan: null, photos: [], cameras: [] };
}

/**
 * Adds files; a file replaces an earlier one with the same name.
 *
 * @param {Intake} intake
 * @param {readonly NamedFile[]} files
 * @returns {string[]} names of files that cannot be used.
 */
export function addFiles(intake, files) {
  const others = [];
  for (const { name, file } of files) {
    if (SCAN.test(name)) intake.scan = file;
    else if (PHOTO.test(name)) replace(intake.photos, { name, file });
    else if (CAMERAS.test(name)) replace(intake.cameras, { name, file });
    else others.push(name);
  }
  return others;
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
 * @returns {FormData}
 */
export function formOf({ scan, photos, cameras }, options) {
  const form = new FormData();
  form.append("options", JSON.stringify(options));
  for (const { name, file } of cameras) form.append("cameras", file, name);
  for (const { name, file } of photos) form.append("images", file, name);
  if (scan) form.append("scan", scan);
  return form;
}
