/**
 * The command line. Commands stand in `commands/`, one file each; this file finds the one that is asked for
 * and turns what goes wrong into one line and an exit code: 0 done, 1 failed, 2 wrong usage.
 *
 * @module
 */
import { aligned, type Command, commandHelp, parseCommand, UsageError } from "./lib/cli/args.ts";
import { prepareVulkan } from "./lib/cli/driver.ts";
import { OptionError } from "./lib/ttt/options.ts";

const PROGRAM = "ttt-kd";

/** Loaded when asked for, so that a command starts no slower for the others' sake. */
const COMMANDS: Readonly<Record<string, () => Promise<{ command: Command }>>> = {
  serve: () => import("./commands/serve.ts"),
  segment: () => import("./commands/segment.ts"),
  train: () => import("./commands/train.ts"),
  eval: () => import("./commands/eval.ts"),
  real: () => import("./commands/real.ts"),
  demo: () => import("./commands/demo.ts"),
  doctor: () => import("./commands/doctor.ts"),
  setup: () => import("./commands/setup.ts"),
};

async function main([name = "", ...args]: readonly string[]): Promise<void> {
  if (name === "" || name === "--help" || name === "-h") return console.log(await programHelp());
  const load = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!load) {
    throw new UsageError(
      `Unknown command '${name}': there are ${Object.keys(COMMANDS).join(", ")}`,
    );
  }
  const { command } = await load();
  const parsed = parseCommand(command, args);
  if (parsed === "help") return console.log(commandHelp(PROGRAM, command));
  await command.run(parsed.values, parsed.positionals);
}

async function programHelp(): Promise<string> {
  const rows: [string, string][] = [];
  for (const [name, load] of Object.entries(COMMANDS)) {
    rows.push([name, (await load()).command.summary]);
  }
  return [
    "Labels 3D scans from sites and sensors that its network has never seen.\n",
    `usage: ${PROGRAM} COMMAND [options]`,
    "",
    ...aligned(rows),
    "",
    `${PROGRAM} COMMAND --help lists a command's options`,
  ].join("\n");
}

/** Mistakes of ours deserve a trace; what users can mend, one line. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return `${error}`;
  const isOurs = ["TypeError", "ReferenceError", "GpuValidationError"].includes(error.name);
  return isOurs ? `${error.stack}` : error.message.split("\n")[0]!;
}

if (import.meta.main) {
  prepareVulkan();
  try {
    await main(Deno.args);
  } catch (error) {
    const usage = error instanceof UsageError || error instanceof OptionError;
    console.error(`${PROGRAM}: ${describe(error)}`);
    if (usage) console.error(`try ${PROGRAM} --help`);
    Deno.exit(usage ? 2 : 1);
  }
}
