/**
 * A whole scene of the benchmark: the street of a seed, its photographs, and the scan of one domain.
 *
 * @module
 */
import type { Camera, Photo, Scan } from "../../scan/mod.ts";
import { writePly } from "../../scan/mod.ts";
import { type Picture, takePictures } from "../photographs.ts";
import { Random } from "../../random/random.ts";
import type { CastRays } from "../raycast.ts";
import type { Split } from "../seeds.ts";
import { IGNORE_LABEL, PART_CLASS } from "./classes.ts";
import { daylightPainter, drawDaylight } from "./daylight.ts";
import { type Domain, type DomainName, DOMAINS, sceneSeed } from "./domains.ts";
import { makeStreet } from "./make_street.ts";
import { carCameras } from "./photographs.ts";
import { scanStreet } from "./scanners.ts";
import type { Street } from "./street.ts";

/** Which scene. */
export interface SceneRequest {
  domain: DomainName;
  split: Split;
  /** 0 .. 65535. */
  index: number;
}

/** A scan with its photographs. */
export interface StreetScene {
  /** "domain/split/index". */
  id: string;
  /** `labels` holds the true class of every point, 255 for drops of rain. */
  scan: Scan;
  photos: Photo[];
  cameras: Camera[];
  /** True class of each pixel of each photograph, 255 for the sky. */
  photoClasses: Uint8Array[];
}

/** Takes the pictures of the street of a seed; all see the same light. */
export function photographStreet(
  cast: CastRays,
  street: Street,
  seed: number,
  domain: Pick<Domain, "cameras" | "height" | "weather">,
): Promise<Picture[]> {
  const painter = daylightPainter(street, drawDaylight(new Random(seed, 2), domain.weather.wet));
  return takePictures(cast, street, carCameras(domain), new Random(seed, 3), () => painter);
}

/**
 * Makes a scene. The same request on the same adapter gives the same bits; the split and the index decide the
 * seed (see {@link sceneSeed}), which no other split shares.
 *
 * @throws {RangeError} where the index is out of range.
 */
export async function streetScene(
  cast: CastRays,
  { domain, split, index }: SceneRequest,
): Promise<StreetScene> {
  const seed = sceneSeed(domain, split, index);
  const row = DOMAINS[domain];
  const street = makeStreet(seed, split === "teacher" ? "teacher" : row.style, row.height);
  const pictures = await photographStreet(cast, street, seed, row);
  const { positions, labels } = await scanStreet(cast, street, row, new Random(seed, 4));
  const scan: Scan = {
    name: `${domain}-${split}-${index}.ply`,
    format: "ply",
    count: labels.length,
    origin: [0, 0, 0],
    positions,
    colors: null,
    intensity: null,
    normals: null,
    labels,
    bytes: writePly({ positions, labels }),
  };
  return {
    id: `${domain}/${split}/${index}`,
    scan,
    photos: pictures.map((picture) => picture.photo),
    cameras: pictures.map((picture) => picture.camera),
    photoClasses: pictures.map(({ parts }) =>
      parts.map((part) => PART_CLASS[part] ?? IGNORE_LABEL)
    ),
  };
}
