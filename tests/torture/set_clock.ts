/**
 * Sets the clock of a process by as many milliseconds as the file says that TTTKD_CLOCK names. To be loaded before the
 * program.
 *
 * @module
 */
import { readFileSync } from "node:fs";

const file = Deno.env.get("TTTKD_CLOCK")!;
const now = Date.now.bind(Date);
Date.now = () => now() + Number(readFileSync(file, "utf8"));
