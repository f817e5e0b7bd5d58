/**
 * How users run the program, for messages that name a command.
 *
 * @module
 */

/**
 * Returns the command line of a task: by npx in a clone, since users need not have installed Deno; by the binary's name where
 * the program is compiled.
 *
 * @param line the task with its arguments, such as `doctor`
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { taskCommand } from "./task_command.ts";
 *
 * assert.match(taskCommand("segment scan.las"), /^npx -y deno@[\d.]+ task segment scan\.las$/);
 * ```
 */
export function taskCommand(line: string): string {
  return Deno.build.standalone ? `ttt-kd ${line}` : `npx -y deno@${Deno.version.deno} task ${line}`;
}
