/**
 * Outdoor pairs. Those of the paper are not public; these are the two of xMUDA whose tests are on SemanticKITTI.
 *
 * Source: github.com/valeoai/xmuda_journal, `xmuda/data/{a2d2,nuscenes_lidarseg,semantic_kitti}`: the ten classes of A2D2
 * to SemanticKITTI, and the six of nuScenes lidarseg with those of SemanticKITTI in the style "nuScenes". Splits are the
 * official ones, where xMUDA has its own.
 *
 * @module
 */
import type { TransferBenchmark } from "./transfer_benchmark.ts";

const NOTES = [
  "The paper's outdoor pairs are not public; this pair and its classes are those of xMUDA.",
];

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
      holds: {
        bike: ["bicycle", "motorcycle", "bicyclist", "motorcyclist"],
        nature: ["vegetation", "trunk", "terrain"],
        "other objects": ["fence", "pole", "traffic-sign"],
      },
    }],
    notes: NOTES,
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
      holds: {
        vehicle: ["truck", "car", "bicycle", "motorcycle", "bicyclist", "motorcyclist"],
        "driveable surface": ["road", "parking"],
        manmade: ["building", "fence", "pole", "traffic-sign"],
        vegetation: ["vegetation", "trunk"],
      },
    }],
    notes: NOTES,
  },
];
