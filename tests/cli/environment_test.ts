import assert from "node:assert/strict";
import { defineCommand, UsageError } from "../../lib/cli/args.ts";
import { namingVariables, optionsInEnvironment, variableOf } from "../../lib/cli/environment.ts";

const paint = defineCommand({
  name: "paint",
  summary: "Paints a wall",
  positionals: [],
  environment: "PAINT",
  options: {
    "max-coats": { type: "string", value: "N", default: "2", about: "how many coats" },
    dry: { type: "boolean", about: "wait until it is dry" },
    key: {
      ...{ type: "string", value: "TEXT", about: "opens the shed" },
      ...{ variable: "SHED_KEY", wayOf: "who may in" },
    },
    open: { type: "boolean", about: "leave the shed open", wayOf: "who may in" },
  },
  run: () => Promise.resolve(),
});

/** Arguments that variables stand for. */
function argumentsOf(variables: Record<string, string>, args: string[] = []): string[] {
  const environment = {
    get: (name: string) => variables[name],
    names: () => Object.keys(variables),
  };
  return optionsInEnvironment(paint, environment, args).map(({ argument }) => argument);
}

const usage = (message: RegExp) => (error: unknown) =>
  error instanceof UsageError && message.test(error.message);

Deno.test("variableOf() writes an option as environments do", () => {
  assert.equal(variableOf("TTTKD_SERVE", "max-jobs-of-client"), "TTTKD_SERVE_MAX_JOBS_OF_CLIENT");
});

Deno.test("optionsInEnvironment() reads values and switches, and passes over what is empty or other's", () => {
  assert.deepEqual(argumentsOf({ PAINT_MAX_COATS: "-3", PAINT_DRY: "true", HOME: "/" }), [
    "--max-coats=-3",
    "--dry",
  ]);
  assert.deepEqual(argumentsOf({ PAINT_MAX_COATS: "", PAINT_DRY: "false", PAINTER: "x" }), []);
});

Deno.test("optionsInEnvironment() lets variables give way to another way of saying the same on the command line", () => {
  const variables = { SHED_KEY: "k", PAINT_DRY: "true" };
  assert.deepEqual(argumentsOf(variables), ["--dry", "--key=k"]);
  assert.deepEqual(argumentsOf(variables, ["--open"]), ["--dry"]);
  assert.deepEqual(argumentsOf({ ...variables, PAINT_OPEN: "true" }, ["--key=other"]), ["--dry"]);
  assert.deepEqual(argumentsOf(variables, ["--no-open"]), ["--dry", "--key=k"]);
  assert.deepEqual(argumentsOf({ SHED_KEY: "" }), [], "as Compose sets what is not there");
});

Deno.test("optionsInEnvironment() names a variable that no option has, or whose switch is neither way", () => {
  assert.throws(
    () => argumentsOf({ PAINT_MAX_COAT: "1" }),
    usage(/PAINT_MAX_COAT:.*PAINT_MAX_COATS\?$/),
  );
  assert.throws(
    () => argumentsOf({ PAINT_KEY: "1" }),
    usage(/^Cannot use the variable PAINT_KEY: SHED_KEY takes its place$/),
  );
  assert.throws(
    () => argumentsOf({ PAINT_DRY: "1" }),
    usage(/PAINT_DRY to '1': give true or false/),
  );
});

Deno.test("namingVariables() says which variable has set the option of an error", () => {
  const set = [{ option: "coats", variable: "PAINT_COATS", argument: "--coats=x" }];
  const error = new UsageError("Cannot set --coats to 'x'");
  assert.match(namingVariables(error, set, []).message, /\(PAINT_COATS sets --coats\)$/);
  assert.equal(namingVariables(error, set, ["--coats", "x"]), error);
  const other = new UsageError("Cannot set --coats-of-client to 'x'");
  assert.equal(namingVariables(other, set, []), other);
});
