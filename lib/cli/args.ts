/**
 * Commands as tables: what they are called, which options they take, what they do. Parsing and help come
 * from the same table.
 *
 * @module
 */
import { parseArgs } from "node:util";
import type { Host } from "../serving/server.ts";

/** The command line was wrong: exit code 2. */
export class UsageError extends Error {
  override name = "UsageError";
}

/** One option. A string option without a default is undefined until given. */
export interface Option {
  type: "string" | "boolean";
  /** What stands for the value in the help, such as `N` or `FILE`. */
  value?: string;
  default?: string;
  about: string;
}

/** The options of a command, by name. */
export type Options = Record<string, Option>;

/** The values of options as a command receives them. */
export type Values<O extends Options> = {
  [K in keyof O]: O[K]["type"] extends "boolean" ? boolean
    : O[K] extends { default: string } ? string
    : string | undefined;
};

/** A command of the program. */
export interface Command<O extends Options = Options> {
  name: string;
  /** One line for the list of commands. */
  summary: string;
  /** Names of the arguments that are not options, all of them needed. */
  positionals: readonly string[];
  options: O;
  run(values: Values<O>, positionals: string[], host: Host): Promise<void>;
}

/** Keeps the types of a command's options. */
export function defineCommand<const O extends Options>(command: Command<O>): Command {
  return command as unknown as Command;
}

/**
 * Parses the arguments of a command.
 *
 * @returns the values, or "help" where `--help` was among them.
 * @throws {UsageError} naming the argument that is wrong.
 */
export function parseCommand(
  command: Command,
  args: readonly string[],
): { values: Values<Options>; positionals: string[] } | "help" {
  if (args.includes("--help") || args.includes("-h")) return "help";
  const options: Record<string, { type: "string" | "boolean"; default?: string | boolean }> = {};
  for (const [name, option] of Object.entries(command.options)) {
    const preset = option.type === "boolean" ? false : option.default;
    options[name] = { type: option.type, ...(preset === undefined ? {} : { default: preset }) };
  }
  let parsed;
  try {
    parsed = parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError((error as Error).message.split(". ")[0]!.replace(/\.$/, ""));
  }
  const missing = command.positionals[parsed.positionals.length];
  if (missing) throw new UsageError(`Missing argument ${missing}`);
  const extra = parsed.positionals[command.positionals.length];
  if (extra) throw new UsageError(`Unexpected argument '${extra}'`);
  return { values: parsed.values as Values<Options>, positionals: parsed.positionals };
}

/** The help text of a command. */
export function commandHelp(program: string, command: Command): string {
  const rows = Object.entries(command.options).map(([name, option]): [string, string] => [
    option.type === "boolean" ? `--${name}` : `--${name} ${option.value ?? "VALUE"}`,
    option.about + (option.default === undefined ? "" : ` (default ${option.default})`),
  ]);
  const usage = [program, command.name, ...command.positionals, rows.length ? "[options]" : ""];
  return [
    `${command.summary}\n`,
    `usage: ${usage.filter((word) => word).join(" ")}`,
    ...(rows.length ? ["", ...aligned(rows)] : []),
  ].join("\n");
}

/** Two columns, the first as wide as its widest cell. */
export function aligned(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}

/**
 * An option's value as a whole number.
 *
 * @throws {UsageError} where it is none, or is out of bounds.
 */
export function wholeNumber(name: string, value: string, min: number, max: number): number {
  const number = Number(value);
  if (value.trim() === "" || !Number.isInteger(number) || number < min || number > max) {
    throw new UsageError(
      `Cannot set --${name} to '${value}': a whole number from ${min} to ${max}`,
    );
  }
  return number;
}
