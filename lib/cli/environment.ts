/**
 * Options in environment variables, which are what containers and service managers set more readily than a command line.
 *
 * @module
 */
import { nearestName } from "../validation/mod.ts";
import { type Command, UsageError } from "./args.ts";

/** Where variables are looked up: `Deno.env`, or a part of it that may be read. */
export interface Environment {
  get(name: string): string | undefined;
  /** All names, as far as they may be listed. */
  names(): readonly string[];
}

/** An option that a variable has set. */
export interface SetOption {
  readonly option: string;
  readonly variable: string;
  /** What it is on a command line. */
  readonly argument: string;
}

/** The variable of an option: `TTTKD_SERVE_MAX_JOBS` for `max-jobs` where the prefix is `TTTKD_SERVE`. */
export function variableOf(prefix: string, option: string): string {
  return `${prefix}_${option.toUpperCase().replaceAll("-", "_")}`;
}

/**
 * Reads the options of a command that the environment sets. An empty variable sets nothing, because that is what Compose
 * makes of `${NAME:-}`, and neither does one whose option says the same as another one on the command line.
 *
 * @param args the command line.
 * @returns the options in the order of the command's; none where the command has no variables.
 * @throws {UsageError} naming a variable that is no option's, or a switch that is neither true nor false.
 */
export function optionsInEnvironment(
  command: Command,
  environment: Environment,
  args: readonly string[],
): SetOption[] {
  const prefix = command.environment;
  if (prefix === undefined) return [];
  const { options } = command;
  const variables = new Map(
    Object.entries(options).map(([option, { variable = variableOf(prefix, option) }]) => [
      variable,
      option,
    ]),
  );
  for (const name of environment.names()) {
    if (!name.startsWith(`${prefix}_`) || variables.has(name)) continue;
    const [own] = [...variables].find(([, option]) => variableOf(prefix, option) === name) ?? [];
    if (own) throw new UsageError(`Cannot use the variable ${name}: ${own} takes its place`);
    const nearest = nearestName(name, [...variables.keys()]);
    throw new UsageError(
      `Cannot use the variable ${name}: ${command.name} has no such option` +
        (nearest ? `; did you mean ${nearest}?` : ""),
    );
  }
  const ways = Object.keys(options).filter((option) => isAmong(args, option))
    .flatMap((option) => options[option]!.wayOf ?? []);
  return [...variables].flatMap(([variable, option]) => {
    if (ways.includes(options[option]!.wayOf ?? "")) return [];
    const value = environment.get(variable) ?? "";
    if (value === "") return [];
    if (options[option]!.type === "string") {
      return [{ option, variable, argument: `--${option}=${value}` }];
    }
    if (value === "true") return [{ option, variable, argument: `--${option}` }];
    if (value === "false") return [];
    throw new UsageError(`Cannot set ${variable} to '${value}': give true or false`);
  });
}

/** Whether a command line has an option; taken back by `--no-`, it counts as none. */
function isAmong(args: readonly string[], option: string): boolean {
  return args.some((argument) => argument === `--${option}` || argument.startsWith(`--${option}=`));
}

/** Says in an error about an option that a variable has set it, where the command line does not have it. */
export function namingVariables(
  error: UsageError,
  set: readonly SetOption[],
  args: readonly string[],
): UsageError {
  const names = set.filter(({ option }) => {
    const mentioned = new RegExp(`--${option}(?![\\w-])`);
    return mentioned.test(error.message) && !args.some((argument) => mentioned.test(argument));
  });
  if (names.length === 0) return error;
  const sources = names.map(({ option, variable }) => `${variable} sets --${option}`).join(", ");
  return new UsageError(`${error.message} (${sources})`);
}
