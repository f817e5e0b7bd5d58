/**
 * What the class names of public data sets mean in the classes of the procedural worlds: SemanticKITTI, nuScenes,
 * PandaSet, A2D2, Cityscapes, ScanNet, S3DIS, SUN RGB-D, surveys from the air and the codes of LAS.
 *
 * A name that covers several classes of a world (ground, man-made), or that a world does not have (truck, bed in a
 * street), means none: its points are ignored.
 *
 * @module
 */

/** Class by names, by world; names are compared in lower case, with a space for every other character. */
const NAMES: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  streets: {
    road: [
      "road",
      "asphalt",
      "driveable surface",
      "flat driveable surface",
      "road surface",
      "rd normal street",
      "normal street",
      "lane marking",
      "lane line marking",
      "stop line marking",
      "other road marking",
      "road marking",
      "crosswalk",
      "zebra crossing",
      "solid line",
      "dashed line",
      "painted driv instr",
    ],
    sidewalk: ["sidewalk", "flat sidewalk", "pavement", "footpath", "walkway", "curb", "kerb"],
    building: ["building", "buildings", "house", "roof", "facade"],
    vegetation: [
      "vegetation",
      "static vegetation",
      "low vegetation",
      "medium vegetation",
      "high vegetation",
      "nature object",
      "tree",
      "trees",
      "bush",
      "shrub",
      "hedge",
    ],
    trunk: ["trunk", "tree trunk"],
    pole: ["pole", "poles", "lamp post", "street light", "utility pole", "pole group"],
    car: [
      "car",
      "cars",
      "moving car",
      "vehicle car",
      "passenger car",
      "pickup truck",
      "van",
      "suv",
      ...["car 1", "car 2", "car 3", "car 4"],
    ],
    person: [
      "person",
      "persons",
      "people",
      "moving person",
      "pedestrian",
      "pedestrian with object",
      "adult",
      "human pedestrian adult",
      "human pedestrian child",
      ...["pedestrian 1", "pedestrian 2", "pedestrian 3"],
    ],
    terrain: ["terrain", "flat terrain", "grass", "grass strip"],
    fence: ["fence", "fences", "guard rail"],
  },
  rooms: {
    ceiling: ["ceiling"],
    floor: ["floor", "floor mat", "carpet"],
    wall: ["wall", "walls"],
    beam: ["beam"],
    column: ["column", "pillar"],
    window: ["window"],
    door: ["door"],
    table: ["table", "desk", "coffee table", "dining table", "end table"],
    chair: ["chair", "office chair", "armchair", "stool", "bench"],
    sofa: ["sofa", "couch"],
    bookcase: ["bookcase", "bookshelf", "shelf", "shelves"],
    board: ["board", "whiteboard", "blackboard"],
    clutter: [
      "clutter",
      "bed",
      "pillow",
      "night stand",
      "nightstand",
      "dresser",
      "cabinet",
      "counter",
      "refrigerator",
      "toilet",
      "sink",
      "bathtub",
      "picture",
      "lamp",
      "curtain",
      "shower curtain",
      "box",
      "television",
      "monitor",
      "bag",
      "towel",
      "clothes",
      "books",
      "otherfurniture",
      "other furniture",
      "otherprop",
      "other prop",
    ],
  },
  // Surveys, by the names of ASPRS (LAS 1.4, table 17) and those of producers.
  aerial: {
    ground: [
      "ground",
      "bare earth",
      "bare ground",
      "terrain",
      "road surface",
      "rail",
      "model key point",
    ],
    "low vegetation": ["low vegetation"],
    "medium vegetation": ["medium vegetation"],
    "high vegetation": ["high vegetation"],
    building: ["building", "buildings", "roof"],
    water: ["water"],
    wire: [
      "wire",
      "wires",
      "wire conductor",
      "wire conductor phase",
      "wire guard",
      "wire guard shield",
      "power line",
      "powerline",
    ],
    "transmission tower": ["transmission tower", "power pylon", "pylon"],
    "bridge deck": ["bridge deck", "bridge"],
    noise: ["noise", "low point noise", "low noise", "low point", "high noise"],
  },
};

/** Names of the classification codes of LAS 1.4 that mean something here (ASPRS, table 17). */
export const LAS_CODE_NAMES: Readonly<Record<string, string>> = {
  2: "ground",
  3: "low vegetation",
  4: "medium vegetation",
  5: "high vegetation",
  6: "building",
  7: "low point (noise)",
  8: "model key-point",
  9: "water",
  10: "rail",
  11: "road surface",
  13: "wire - guard (shield)",
  14: "wire - conductor (phase)",
  15: "transmission tower",
  17: "bridge deck",
  18: "high noise",
};

/** A class name as names are compared. */
function comparable(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]+/g, " ").trim();
}

/**
 * The class of a world that a name of a data set means, or undefined where it means none.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(classByName("streets", "Lane Line Marking"), "road");
 * assert.equal(classByName("streets", "moving-car"), "car");
 * assert.equal(classByName("rooms", "night_stand"), "clutter");
 * assert.equal(classByName("streets", "Bus"), undefined);
 * ```
 */
export function classByName(world: string, name: string): string | undefined {
  const wanted = comparable(name);
  return Object.entries(NAMES[world] ?? {}).find(([, names]) => names.includes(wanted))?.[0];
}
