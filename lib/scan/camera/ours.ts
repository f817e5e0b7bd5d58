/** `cameras.json`, the format of this project. */
import { isRecord, parseCameras } from "./cameras.ts";
import type { CameraFormat } from "./camera_format.ts";
import { jsonOf } from "./json.ts";

export const ours: CameraFormat = {
  name: "cameras.json",
  accepts: (file) => {
    const json = jsonOf(file);
    return isRecord(json) && "images" in json;
  },
  read: (files) =>
    files.flatMap(({ name, text }) =>
      parseCameras(text, name).map(({ file, width, height, worldToCamera, ...pinhole }, index) => ({
        file,
        source: name,
        field: `images[${index}].file`,
        size: { width, height },
        pinhole: () => pinhole,
        lens: null,
        worldToCamera,
      }))
    ),
};
