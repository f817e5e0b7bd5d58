/**
 * Scenes as bytes, for the cache: the length of a JSON header, the header, then the arrays one after the other,
 * each at a multiple of eight bytes. The scan's own file is left out: it holds labels, which no method may see.
 *
 * @module
 */
import type { DatasetScene } from "../../datasets/dataset.ts";

const TYPES = { Float32Array, Float64Array, Int32Array, Uint8Array } as const;
type TypeName = keyof typeof TYPES;
type SomeArray = Float32Array | Float64Array | Int32Array | Uint8Array;

interface Range {
  type: TypeName;
  offset: number;
  length: number;
}

const ALIGNMENT = 8;
/** Rounds up to the next multiple of {@link ALIGNMENT}. */
const alignUp = (bytes: number) => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;

/** Packs a scene into bytes. */
export function packScene(scene: DatasetScene): Uint8Array<ArrayBuffer> {
  const arrays: SomeArray[] = [];
  let end = 0;
  const keep = (array: SomeArray): Range => {
    const range = { type: typeOf(array), offset: end, length: array.length };
    arrays.push(array);
    end = alignUp(end + array.byteLength);
    return range;
  };
  const { bytes: _, positions, colors, intensity, normals, labels, ...scan } = scene.scan;
  const header = new TextEncoder().encode(JSON.stringify({
    id: scene.id,
    scan: {
      ...scan,
      positions: keep(positions),
      colors: colors && keep(colors),
      intensity: intensity && keep(intensity),
      normals: normals && keep(normals),
      labels: labels && keep(labels),
    },
    photos: scene.photos.map((photo) => ({ ...photo, pixels: keep(photo.pixels) })),
    cameras: scene.cameras.map((camera) => ({
      ...camera,
      worldToCamera: keep(camera.worldToCamera),
    })),
    photoClasses: scene.photoClasses?.map(keep) ?? null,
    objects: scene.objects ? keep(scene.objects) : null,
  }));
  const start = alignUp(ALIGNMENT + header.length);
  const file = new Uint8Array(start + end);
  new DataView(file.buffer).setUint32(0, header.length, true);
  file.set(header, ALIGNMENT);
  let offset = start;
  for (const array of arrays) {
    file.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), offset);
    offset = alignUp(offset + array.byteLength);
  }
  return file;
}

/** Unpacks the bytes of {@link packScene}; the scan's `bytes` are empty. */
export function unpackScene(file: Uint8Array<ArrayBuffer>): DatasetScene {
  const { buffer, byteOffset } = file.byteOffset % ALIGNMENT === 0 ? file : file.slice();
  const length = new DataView(buffer, byteOffset).getUint32(0, true);
  const header = JSON.parse(
    new TextDecoder().decode(new Uint8Array(buffer, byteOffset + ALIGNMENT, length)),
    (_, value) => isRange(value) ? arrayAt(value) : value,
  );
  const { photoClasses, objects, ...scene } = header;
  scene.scan.bytes = new Uint8Array(0);
  return { ...scene, ...(photoClasses ? { photoClasses } : {}), ...(objects ? { objects } : {}) };

  function arrayAt({ type, offset, length: elements }: Range): SomeArray {
    return new TYPES[type](buffer, byteOffset + alignUp(ALIGNMENT + length) + offset, elements);
  }
}

function typeOf(array: SomeArray): TypeName {
  const name = (Object.keys(TYPES) as TypeName[]).find((type) => array instanceof TYPES[type]);
  return name!;
}

function isRange(value: unknown): value is Range {
  return typeof value === "object" && value !== null && "type" in value && "offset" in value &&
    "length" in value;
}
