/**
 * The command line. Each command is a file of `lib/commands/`; this file runs the one that is asked for, and
 * reports an error as one line and an exit code: 0 done, 1 failed, 2 wrong usage.
 *
 * @module
 */
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import about from "./deno.json" with { type: "json" };
import { type Command, commandHelp, parseCommand, UsageError } from "./lib/cli/args.ts";
import { type Environment, namingVariables, optionsInEnvironment } from "./lib/cli/environment.ts";
import type { Host } from "./lib/serving/server.ts";
import { columns } from "./lib/terminal/format.ts";
import { OptionError } from "./lib/ttt/option_error.ts";

const PROGRAM = "ttt-kd";
const ROOT = fileURLToPath(new URL(".", import.meta.url));

/** Commands by name, in the order of the help text; each is loaded only when it is run. */
const COMMANDS: Readonly<Record<string, () => Promise<{ command: Command }>>> = {
  serve: () => import("./lib/commands/serve.ts"),
  segment: () => import("./lib/commands/segment.ts"),
  train: () => import("./lib/commands/train.ts"),
  import: () => import("./lib/commands/import.ts"),
  export: () => import("./lib/commands/export.ts"),
  eval: () => import("./lib/commands/eval.ts"),
  worlds: () => import("./lib/commands/worlds.ts"),
  real: () => import("./lib/commands/real.ts"),
  survey: () => import("./lib/commands/survey.ts"),
  demo: () => import("./lib/commands/demo.ts"),
  doctor: () => import("./lib/commands/doctor.ts"),
  students: () => import("./lib/commands/students.ts"),
  teachers: () => import("./lib/commands/teachers.ts"),
  setup: () => import("./lib/commands/setup.ts"),
  compile: () => import("./lib/commands/compile.ts"),
  completion: async () => {
    const { completionCommand } = await import("./lib/commands/completion.ts");
    return { command: completionCommand(PROGRAM, allCommands) };
  },
};

async function allCommands(): Promise<Command[]> {
  return await Promise.all(Object.values(COMMANDS).map(async (load) => (await load()).command));
}

/** The environment, as far as this process may read it: a confined server may not list it. */
const environment: Environment = {
  get: (name) => Deno.env.get(name),
  names: () => {
    const { state } = Deno.permissions.querySync({ name: "env" });
    return state === "granted" ? Object.keys(Deno.env.toObject()) : [];
  },
};

/** Opens servers for commands; HTTP is loaded only then. */
const host: Host = {
  async openServer(options, hostname, port) {
    const { openServer } = await import("./routes/open_server.ts");
    return await openServer(options, hostname, port);
  },
};

/**
 * Goes back to the folder that the caller is in: a task begins in that of deno.json, and so files would be looked for and
 * written there.
 */
function enterCallersFolder(): void {
  const variable = { name: "env", variable: "INIT_CWD" } as const;
  if (Deno.permissions.querySync(variable).state !== "granted") return;
  const folder = Deno.env.get("INIT_CWD");
  if (folder && !relative(ROOT, Deno.cwd()) && relative(ROOT, folder)) Deno.chdir(folder);
}

async function main([name = "", ...args]: readonly string[]): Promise<void> {
  if (name === "" || name === "--help" || name === "-h") return console.log(await programHelp());
  if (name === "--version" || name === "-V") return console.log(`${PROGRAM} ${about.version}`);
  const load = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!load) {
    throw new UsageError(
      `Unknown command '${name}': there are ${Object.keys(COMMANDS).join(", ")}`,
    );
  }
  const { command } = await load();
  const set = optionsInEnvironment(command, environment, args);
  const parsed = parseCommand(command, [...set.map(({ argument }) => argument), ...args]);
  enterCallersFolder();
  if (parsed === "help") return console.log(commandHelp(PROGRAM, command));
  try {
    await command.run(parsed.values, parsed.positionals, host);
  } catch (error) {
    throw error instanceof UsageError ? namingVariables(error, set, args) : error;
  }
}

async function programHelp(): Promise<string> {
  const rows = (await allCommands()).map(({ name, summary }): [string, string] => [name, summary]);
  return [
    "Labels 3D scans from sites and sensors that the network has never seen.\n",
    `usage: ${PROGRAM} COMMAND [options]`,
    "",
    ...columns(rows),
    "",
    `${PROGRAM} COMMAND --help lists the options of a command, ${PROGRAM} --version says which program this is`,
  ].join("\n");
}

/** The text of an error: one line for what users can mend, a stack trace for a mistake of ours. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return `${error}`;
  const isOurs = ["TypeError", "ReferenceError", "GpuValidationError"].includes(error.name);
  return isOurs ? `${error.stack}` : error.message.split("\n")[0]!;
}

/** Runs a command line. @returns the exit code: 0 done, 1 failed, 2 wrong usage. */
export async function run(args: readonly string[]): Promise<number> {
  try {
    await main(args);
    return 0;
  } catch (error) {
    const usage = error instanceof UsageError || error instanceof OptionError;
    console.error(`${PROGRAM}: ${describe(error)}`);
    if (usage) console.error(`try ${PROGRAM} --help`);
    return usage ? 2 : 1;
  }
}

// Threads that a command has left end with the process. A confined server has set its exit code.
if (import.meta.main) Deno.exit(await run(Deno.args) || Deno.exitCode);
