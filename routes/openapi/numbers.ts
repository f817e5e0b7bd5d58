/**
 * Schemas of numbers that answers have in common.
 *
 * @module
 */
import { z } from "zod";

/** A whole number from 0. */
export const count = z.int().min(0);

/** A fraction from 0 to 1. */
export const fraction = z.number().min(0).max(1);
