/**
 * Commands as data: their names, options and functions. Parsing and help texts are derived from the same data.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { columns } from "../terminal/format.ts";
import { nearestName } from "../validation/mod.ts";
import type { Host } from "../serving/server.ts";

/** A command line that is wrong: exit code 2. */
export class UsageError extends Error {
  override name = "UsageError";
}

/** An option. A string option without a default is undefined unless it is given. */
export interface CommandOption {
  type: "string" | "boolean";
  /** Placeholder of the value in the help text, such as `N` or `FILE`. */
  value?: string;
  /** Its value where it is not given. */
  default?: string;
  /** Where `default` is no fixed text: what it is, for the help text. */
  otherwise?: string;
  /** What the option does, for the help text. */
  about: string;
  /** The variable that sets it, where that is not named after the command: secrets that no command line should show. */
  variable?: string;
  /**
   * What it is one way of saying. Of several options with the same text, those that variables set give way to one on the
   * command line.
   */
  wayOf?: string;
}

/** The options of a command, by name. */
export type CommandOptions = Record<string, CommandOption>;

/** The values of options, by name, as a command receives them. */
export type OptionValues<O extends CommandOptions> = {
  [K in keyof O]: O[K]["type"] extends "boolean" ? boolean
    : O[K] extends { default: string } ? string
    : string | undefined;
};

/** How a command is called. */
export interface CommandUsage<O extends CommandOptions = CommandOptions> {
  name: string;
  /** What the command does, in one line for the help texts. */
  summary: string;
  /**
   * Names of the arguments that are not options. Those in brackets may be left out, and a last one that ends with dots, such
   * as `[SECTION ...]`, takes any number.
   */
  positionals: readonly string[];
  options: O;
  /** Prefix of the environment variables that may set its options; none where left out. */
  environment?: string;
  /** A table below the options in the help text. */
  details?: { readonly title: string; readonly rows: readonly (readonly [string, string])[] };
}

/** A command of the program. */
export interface Command<O extends CommandOptions = CommandOptions> extends CommandUsage<O> {
  run(values: OptionValues<O>, positionals: string[], host: Host): Promise<void>;
}

/** Defines a command; `run` receives values of the types that its options have. */
export function defineCommand<const O extends CommandOptions>(command: Command<O>): Command {
  return command as unknown as Command;
}

/**
 * Parses the arguments of a command. Of an option that is given twice, the last counts; `--no-NAME` takes back a switch.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { defineCommand, parseCommand } from "./args.ts";
 *
 * const paint = defineCommand({
 *   name: "paint",
 *   summary: "Paints a wall",
 *   positionals: ["WALL"],
 *   options: { coats: { type: "string", value: "N", default: "2", about: "number of coats" } },
 *   run: () => Promise.resolve(),
 * });
 * const parsed = parseCommand(paint, ["north", "--coats", "3"]);
 * assert.ok(parsed !== "help");
 * assert.equal(parsed.values.coats, "3");
 * assert.deepEqual(parsed.positionals, ["north"]);
 * assert.equal(parseCommand(paint, ["--help"]), "help");
 * ```
 *
 * @returns the values, or "help" where `--help` is among the arguments.
 * @throws {UsageError} naming the argument that is wrong.
 */
export function parseCommand(
  command: CommandUsage,
  args: readonly string[],
): { values: OptionValues<CommandOptions>; positionals: string[] } | "help" {
  if (args.includes("--help") || args.includes("-h")) return "help";
  const options: Record<string, { type: "string" | "boolean"; default?: string | boolean }> = {};
  for (const [name, option] of Object.entries(command.options)) {
    const preset = option.type === "boolean" ? false : option.default;
    options[name] = { type: option.type, ...(preset === undefined ? {} : { default: preset }) };
  }
  let parsed;
  try {
    parsed = parseArgs({
      args: [...args],
      options,
      allowPositionals: true,
      allowNegative: true,
      strict: true,
    });
  } catch (error) {
    const problem = (error as Error).message.split(". ")[0]!.replace(/\.$/, "");
    const unknown = /^Unknown option '--([^']+)'/.exec(problem)?.[1];
    const nearest = unknown && nearestName(unknown, Object.keys(options));
    throw new UsageError(nearest ? `${problem}: did you mean --${nearest}?` : problem);
  }
  const missing = command.positionals[parsed.positionals.length];
  if (missing && !missing.startsWith("[")) throw new UsageError(`Missing argument ${missing}`);
  const takesMore = /\.\.\.\]?$/.test(command.positionals.at(-1) ?? "");
  const extra = takesMore ? undefined : parsed.positionals[command.positionals.length];
  if (extra) throw new UsageError(`Unexpected argument '${extra}'`);
  return { values: parsed.values as OptionValues<CommandOptions>, positionals: parsed.positionals };
}

/** Writes the help text of a command. */
export function commandHelp(program: string, command: CommandUsage): string {
  const rows = Object.entries(command.options).map(([name, option]): [string, string] => [
    option.type === "boolean" ? `--${name}` : `--${name} ${option.value ?? "VALUE"}`,
    option.about + defaultText(option),
  ]);
  const usage = [program, command.name, ...command.positionals, rows.length ? "[options]" : ""];
  return [
    `${command.summary}\n`,
    `usage: ${usage.filter((word) => word).join(" ")}`,
    ...(rows.length ? ["", ...columns(rows)] : []),
    ...(command.details ? ["", `${command.details.title}:`, ...columns(command.details.rows)] : []),
    ...(command.environment === undefined ? [] : [
      "",
      `Variables of the environment set options too, ${command.environment}_PORT for --port; the command line comes first, and --no-NAME takes back a switch.`,
    ]),
  ].join("\n");
}

function defaultText({ default: value, otherwise = value }: CommandOption): string {
  return otherwise === undefined ? "" : ` (default: ${otherwise})`;
}

/**
 * Reads an option's value as a whole number.
 *
 * @param name of the option, for the error.
 * @throws {UsageError} where it is not a whole number from `min` to `max`.
 */
export function wholeNumber(name: string, value: string, min: number, max: number): number {
  const number = Number(value);
  if (value.trim() === "" || !Number.isInteger(number) || number < min || number > max) {
    throw new UsageError(
      `Cannot set --${name} to '${value}': it is not a whole number from ${min} to ${max}`,
    );
  }
  return number;
}
