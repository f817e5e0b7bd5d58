/**
 * The command line. Commands stand in `lib/commands/`, one file each; this file finds the one that is asked for
 * and turns what goes wrong into one line and an exit code: 0 done, 1 failed, 2 wrong usage.
 *
 * @module
 */
import { type Command, commandHelp, parseCommand, UsageError } from "./lib/cli/args.ts";
import type { Host } from "./lib/serving/server.ts";
import { columns } from "./lib/terminal/format.ts";
import { prepareVulkan } from "./lib/cli/driver.ts";
import { OptionError } from "./lib/ttt/option_error.ts";

const PROGRAM = "ttt-kd";

/** Loaded when asked for, so that a command starts no slower for the others' sake. */
const COMMANDS: Readonly<Record<string, () => Promise<{ command: Command }>>> = {
  serve: () => import("./lib/commands/serve.ts"),
  segment: () => import("./lib/commands/segment.ts"),
  train: () => import("./lib/commands/train.ts"),
  import: () => import("./lib/commands/import.ts"),
  eval: () => import("./lib/commands/eval.ts"),
  worlds: () => import("./lib/commands/worlds.ts"),
  real: () => import("./lib/commands/real.ts"),
  demo: () => import("./lib/commands/demo.ts"),
  doctor: () => import("./lib/commands/doctor.ts"),
  teachers: () => import("./lib/commands/teachers.ts"),
  setup: () => import("./lib/commands/setup.ts"),
};

/** HTTP is loaded when a command asks for it. */
const host: Host = {
  async openServer(options, hostname, port) {
    const { openServer } = await import("./routes/open_server.ts");
    return await openServer(options, hostname, port);
  },
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
  await command.run(parsed.values, parsed.positionals, host);
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
    ...columns(rows),
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
