/**
 * Names of the towns.
 *
 * @module
 */

/**
 * A town, which has shapes, measures and finishes of its own. A is the town of the source domain, B that of the domain
 * "town". C and D are two more, which occur in style "teacher" only.
 */
export type Town = "A" | "B" | "C" | "D";
