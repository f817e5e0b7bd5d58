/**
 * The cameras on the roof of the car.
 *
 * @module
 */
import { type Camera, cameraAt, type CameraOptics } from "../../scan/mod.ts";
import type { StreetDomain } from "./domains.ts";

/** The lens of every camera on the car. */
export const STREET_LENS: CameraOptics = {
  width: 160,
  height: 96,
  fieldOfView: 80 * Math.PI / 180,
};

/** Height of the cameras above the road, metres. */
const CAMERA_HEIGHT = 1.6;

/** Places the cameras of a domain, 0.2 m from the sensor's axis and almost level. */
export function carCameras(
  { cameras, height }: Pick<StreetDomain, "cameras" | "height">,
): Camera[] {
  return cameras.map((degrees, i) => {
    const heading = degrees * Math.PI / 180;
    const eye = [0.2 * Math.cos(heading), 0.2 * Math.sin(heading), CAMERA_HEIGHT - height] as const;
    return cameraAt(`view${i}.png`, eye, heading, -0.03, STREET_LENS);
  });
}
