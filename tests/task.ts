/**
 * Arguments of the scripts in this folder that tasks run, such as `task bench`: they are read, helped with and refused as
 * those of the program's commands are.
 *
 * @module
 */
import {
  commandHelp,
  type CommandOptions,
  type CommandUsage,
  type OptionValues,
  parseCommand,
  UsageError,
} from "../lib/cli/args.ts";

/** Ends with exit code 2. */
export function refuse(message: string): never {
  console.error(message);
  Deno.exit(2);
}

/**
 * The arguments of this script. It ends here with its help text where `--help` is among them, and with exit code 2 and one
 * line where one is wrong.
 *
 * @param script called by `deno` and its name, such as `task bench`.
 */
export function argumentsOf<const O extends CommandOptions>(
  script: CommandUsage<O>,
): { values: OptionValues<O>; positionals: string[] } {
  try {
    const parsed = parseCommand(script, Deno.args);
    if (parsed !== "help") return { ...parsed, values: parsed.values as OptionValues<O> };
  } catch (error) {
    if (error instanceof UsageError) refuse(error.message);
    throw error;
  }
  console.log(commandHelp("deno", script));
  Deno.exit();
}
