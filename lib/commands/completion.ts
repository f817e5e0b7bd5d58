/** `completion`: prints the script by which a shell completes the command line. */
import { type Command, defineCommand, UsageError } from "../cli/args.ts";
import { COMPLETIONS } from "../cli/completion.ts";

/**
 * Makes the command for a program.
 *
 * @param commands gives all commands of the program, this one included.
 */
export function completionCommand(program: string, commands: () => Promise<Command[]>): Command {
  return defineCommand({
    name: "completion",
    summary: "Prints a script by which bash, zsh or fish completes commands and options",
    positionals: ["SHELL"],
    options: {},
    async run(_, [shell = ""]) {
      const write = Object.hasOwn(COMPLETIONS, shell) ? COMPLETIONS[shell] : undefined;
      if (!write) {
        throw new UsageError(
          `Cannot complete for '${shell}': there are ${Object.keys(COMPLETIONS).join(", ")}`,
        );
      }
      await Deno.stdout.write(new TextEncoder().encode(write(program, await commands())));
    },
  });
}
