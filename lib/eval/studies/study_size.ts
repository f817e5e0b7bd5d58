/**
 * How large the studies of a run are: scenes, domains, steps and training seeds.
 *
 * @module
 */

/** How large the studies are. */
export interface StudySize {
  /** Scenes per domain in the main study. */
  scenes: number;
  /** Scenes per domain in the other studies. */
  studyScenes: number;
  /** How many of the benchmark's focus domains the other studies use. */
  focus: number;
  /** Domains of the main study; null takes all. */
  domains: readonly string[] | null;
  /** Scenes of each half of the online sequence. */
  streamScenes: number;
  /** Numbers of gradient steps at which the steps study reads a prediction. */
  curve: readonly number[];
  /** Which of the benchmark's numbers of photographs the images study takes: all, or the first and the last. */
  images: "all" | "ends";
  /** Training seeds of source, joint, bn, the controls and TTT-KD; the other methods have one. */
  seeds: number;
  /** Upper limits of method settings, by name, where a study does not set them itself. */
  most: Readonly<Record<string, number>>;
  /** Edge of a voxel as a multiple of the edge that the student was trained with. */
  voxelScale: number;
}

/** The size of a full run. */
export const FULL_SIZE: StudySize = {
  scenes: 20,
  studyScenes: 20,
  focus: Infinity,
  domains: null,
  streamScenes: 50,
  curve: [0, 1, 5, 10, 25, 50, 100],
  images: "all",
  seeds: 1,
  most: {},
  voxelScale: 1,
};

/**
 * The size of a run with `--lite`: minutes without a GPU. Voxels of four times the edge are a sixteenth as many on
 * surfaces, and TTT-KD still gains in them.
 */
export const LITE_SIZE: StudySize = {
  scenes: 2,
  studyScenes: 1,
  focus: 1,
  domains: null,
  streamScenes: 1,
  curve: [0, 1, 2],
  images: "ends",
  seeds: 1,
  most: { steps: 2, augmentations: 2 },
  voxelScale: 4,
};
