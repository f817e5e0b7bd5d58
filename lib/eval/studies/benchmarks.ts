/**
 * What the studies need to know about a benchmark beyond its scenes: its teachers, and the domains that the
 * smaller studies use. A data set without an entry here is run with the teacher it is given and its first
 * shifted domains.
 *
 * @module
 */

/** A teacher that the benchmark's students can be distilled from. */
export interface BenchmarkTeacher {
  /** Name of its card in fixtures/teachers, without the extension, or "oracle". */
  name: string;
  /** What it is, in a few words for tables. */
  about: string;
}

/** How a benchmark is studied. */
export interface BenchmarkProfile {
  /** Name of the data set that its students are trained on; the benchmark itself by default. */
  trainedOn?: string;
  /** Name of the embedded student that stands for all, where no others are to be trained. */
  student?: string;
  /** The default teacher first; the others are compared with it. */
  teachers: readonly BenchmarkTeacher[];
  /** Shifted domains of the smaller studies. */
  focus: readonly string[];
  /** Numbers of photographs that the images study compares, up to all that a scene has. */
  images: readonly number[];
  /** The two domains of the online study; null where there are no sequences. */
  stream: readonly [string, string] | null;
}

/** Name of the teacher that knows the true class of every pixel: an upper bound, no model. */
export const ORACLE_TEACHER = "oracle";

const ORACLE: BenchmarkTeacher = { name: ORACLE_TEACHER, about: "true classes of pixels (bound)" };

const ROOMS: BenchmarkProfile = {
  teachers: [
    { name: "rooms-parts", about: "supervised on parts of other rooms" },
    {
      name: "rooms-contrast",
      about: "self-supervised on corresponding photographs of other rooms",
    },
    { name: "rooms-geometry", about: "height and slope of other rooms, no class labels" },
    {
      name: "rooms-self",
      about: "self-supervised on corresponding photographs, height and slope of other rooms",
    },
    { name: "rooms-random", about: "random weights (placebo)" },
    ORACLE,
  ],
  focus: ["noisy", "everything"],
  images: [1, 2, 4, 8],
  stream: ["noisy", "colours"],
};

const STREETS: BenchmarkProfile = {
  teachers: [
    { name: "streets-parts", about: "supervised on parts of other streets" },
    { name: "streets-random", about: "random weights (placebo)" },
    ORACLE,
  ],
  focus: ["beams16", "town"],
  images: [1, 2, 4, 6],
  stream: ["beams16", "rain"],
};

/** The benchmarks of this program. */
export const BENCHMARKS: Readonly<Record<string, BenchmarkProfile>> = {
  rooms: ROOMS,
  streets: STREETS,
  // The same with larger photographs, for teachers that have learned from real ones.
  "rooms-sharp": ROOMS,
  "streets-sharp": STREETS,
  // Streets closer to real scans; those who know only the benchmark's streets meet them here.
  "streets-varied": {
    trainedOn: "streets",
    teachers: [
      { name: "streets-parts", about: "supervised on parts of other streets" },
      { name: "streets-random", about: "random weights (placebo)" },
    ],
    focus: ["hdl64", "two"],
    images: [1, 2, 4, 6],
    stream: ["hdl64", "vlp16"],
  },
  aerial: {
    teachers: [
      { name: "streets-parts", about: "supervised on parts of streets, from the ground" },
      { name: "streets-random", about: "random weights (placebo)" },
      ORACLE,
    ],
    focus: ["sparse", "town"],
    images: [1, 2, 4, 6],
    stream: ["sparse", "town"],
  },
  // Labelled real scans, each a domain of its own (lib/eval/real), by students of a world.
  "real-rooms": {
    trainedOn: "rooms",
    teachers: [
      { name: "rooms-parts", about: "supervised on parts of other rooms" },
      { name: "rooms-random", about: "random weights (placebo)" },
    ],
    focus: [],
    images: [1, 2, 4, 8],
    stream: null,
  },
  // The student that the server takes, which learned from a world closer to such scans than its own benchmark's.
  "real-streets": {
    trainedOn: "streets",
    student: "streets-varied-joint",
    teachers: [
      { name: "streets-parts", about: "supervised on parts of other streets" },
      { name: "streets-random", about: "random weights (placebo)" },
    ],
    focus: [],
    images: [1, 2, 4, 6],
    stream: null,
  },
  // Its student knows no teacher, so that methods without photographs are compared.
  "real-aerial": {
    trainedOn: "aerial",
    student: "aerial-joint",
    teachers: [{ name: "streets-parts", about: "supervised on parts of streets, from the ground" }],
    focus: [],
    images: [1, 2, 4, 6],
    stream: null,
  },
  // Real scans, labelled by students of simulated streets. See fixtures/README.md.
  semantickitti: {
    trainedOn: "streets",
    teachers: [{ name: "streets-parts", about: "supervised on parts of other streets" }],
    focus: ["kitti"],
    images: [1, 2, 4, 6],
    stream: ["kitti", "kitti"],
  },
};

/** Whether real scans are judged by the classes of a world; those of a varied world are the classes of another. */
export function judgesReal(world: string): boolean {
  return Object.hasOwn(BENCHMARKS, `real-${world}`);
}

/**
 * The profile of a benchmark, or one made of its shifted domains where it has none.
 *
 * @param teacher the teacher that `--teacher` names.
 * @throws {RangeError} where neither the benchmark nor `teacher` names a teacher.
 */
export function profileOf(
  benchmark: string,
  shifted: readonly string[],
  teacher: string | undefined,
): BenchmarkProfile {
  const known = Object.hasOwn(BENCHMARKS, benchmark) ? BENCHMARKS[benchmark] : undefined;
  if (known) return known;
  if (teacher === undefined) {
    throw new RangeError(
      `Cannot choose a teacher for ${benchmark}: only ${
        Object.keys(BENCHMARKS).join(", ")
      } have a default one; name one by --teacher`,
    );
  }
  const [first = "", second = first] = shifted;
  return {
    teachers: [{ name: teacher, about: "given" }],
    focus: shifted.slice(0, 2),
    images: [1, 2, 4, 8],
    stream: [first, second],
  };
}
