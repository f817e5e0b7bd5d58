/**
 * Outdoor pairs. Those of the paper are not public; these have the classes into which xMUDA groups its data sets.
 *
 * Source: github.com/valeoai/xmuda_journal, `xmuda/data/{a2d2,nuscenes_lidarseg,semantic_kitti}`: the ten classes of A2D2
 * and SemanticKITTI, and the six of nuScenes lidarseg with those of SemanticKITTI in the style "nuScenes". A2D2 to
 * SemanticKITTI is a scenario there; nuScenes to SemanticKITTI is not: its others are USA to Singapore and day to night,
 * both within nuScenes, and Virtual KITTI to SemanticKITTI.
 *
 * Scores cannot be held against those of xMUDA: its `preprocess.py` keeps the points that the front photograph sees
 * (`select_points_in_frustum`), and it validates on sequence 07. Here sweeps are whole (those of A2D2 have no other points),
 * and splits are the official ones.
 *
 * @module
 */
import { semantickittiWithOtherObjects } from "../published/semantickitti.ts";
import type { TransferBenchmark } from "./transfer_benchmark.ts";

const DIFFERENCES =
  "Scores cannot be held against xMUDA's: it keeps the points that the front photograph sees, where sweeps of SemanticKITTI " +
  "and nuScenes are whole here.";

/** A benchmark for each training set. */
export const PAPER_OUTDOOR: readonly TransferBenchmark[] = [
  {
    name: "paper-outdoor-a2d2",
    rows: [
      ["car", 100, 150, 245, 64],
      ["truck", 80, 30, 180, 65],
      ["bike", 100, 230, 245, 66],
      ["person", 255, 30, 30, 67],
      ["road", 255, 0, 255, 11],
      ["parking", 255, 150, 255, 68],
      ["sidewalk", 75, 0, 75, 69],
      ["building", 255, 200, 0, 6],
      ["nature", 0, 175, 0, 5],
      ["other objects", 255, 240, 150, 70],
    ],
    train: {
      name: "a2d2",
      holds: {
        car: ["Car", "Ego car"],
        truck: ["Truck"],
        bike: ["Bicycle", "Small vehicles"],
        person: ["Pedestrian"],
        road: [
          "RD normal street",
          "Zebra crossing",
          "Solid line",
          "RD restricted area",
          "Slow drive area",
          "Drivable cobblestone",
          "Dashed line",
          "Painted driv. instr.",
        ],
        parking: ["Parking area"],
        sidewalk: ["Sidewalk", "Curbstone"],
        building: ["Buildings"],
        nature: ["Nature object"],
        "other objects": [
          "Poles",
          "Traffic signal",
          "Traffic sign",
          "Sidebars",
          "Speed bumper",
          "Irrelevant signs",
          "Road blocks",
          "Obstacles / trash",
          "Animals",
          "Signal corpus",
          "Electronic traffic",
          "Traffic guide obj.",
          "Grid structure",
        ],
      },
    },
    tests: [{
      name: "semantickitti",
      dataset: semantickittiWithOtherObjects,
      holds: {
        bike: ["bicycle", "motorcycle", "bicyclist", "motorcyclist"],
        nature: ["vegetation", "trunk", "terrain"],
        "other objects": ["fence", "pole", "traffic-sign", "other-object"],
      },
    }],
    notes: [
      "The paper's outdoor pairs are not public; this pair and its classes are those of xMUDA.",
      DIFFERENCES,
    ],
  },
  {
    name: "paper-outdoor-nuscenes",
    rows: [
      ["vehicle", 255, 158, 0, 64],
      ["driveable surface", 0, 207, 191, 11],
      ["sidewalk", 75, 0, 75, 65],
      ["terrain", 112, 180, 60, 2],
      ["manmade", 222, 184, 135, 6],
      ["vegetation", 0, 175, 0, 5],
    ],
    train: {
      name: "nuscenes",
      holds: {
        vehicle: [
          "bicycle",
          "bus",
          "car",
          "construction_vehicle",
          "motorcycle",
          "trailer",
          "truck",
        ],
        "driveable surface": ["driveable_surface"],
      },
    },
    tests: [{
      name: "semantickitti",
      dataset: semantickittiWithOtherObjects,
      holds: {
        vehicle: ["truck", "car", "bicycle", "motorcycle", "bicyclist", "motorcyclist"],
        "driveable surface": ["road", "parking"],
        manmade: ["building", "fence", "pole", "traffic-sign", "other-object"],
        vegetation: ["vegetation", "trunk"],
      },
    }],
    notes: [
      "The paper's outdoor pairs are not public; this pair is one of our own, in classes by which xMUDA groups both sets.",
      DIFFERENCES,
    ],
  },
];
