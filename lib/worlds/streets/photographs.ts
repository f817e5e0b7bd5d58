/**
 * The cameras on the roof of the car.
 *
 * @module
 */
import { type Camera, cameraAt, type CameraOptics } from "../../scan/mod.ts";
import type { Domain } from "./domains.ts";

/** Of every camera on the car. */
export const STREET_LENS: CameraOptics = {
  width: 160,
  height: 96,
  fieldOfView: 80 * Math.PI / 180,
};

/** Metres from the road to the cameras. */
const CAMERA_HEIGHT = 1.6;

/** The cameras of a domain, 0.2 m off the sensor's axis, level. */
export function carCameras({ cameras, height }: Pick<Domain, "cameras" | "height">): Camera[] {
  return cameras.map((degrees, i) => {
    const heading = degrees * Math.PI / 180;
    const eye = [0.2 * Math.cos(heading), 0.2 * Math.sin(heading), CAMERA_HEIGHT - height] as const;
    return cameraAt(`view${i}.png`, eye, heading, -0.03, STREET_LENS);
  });
}
