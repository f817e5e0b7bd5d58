import assert from "node:assert/strict";
import {
  commandHelp,
  defineCommand,
  parseCommand,
  UsageError,
  wholeNumber,
} from "../../lib/cli/args.ts";

const paint = defineCommand({
  name: "paint",
  summary: "Paints a wall",
  positionals: ["WALL"],
  options: {
    coats: { type: "string", value: "N", default: "2", about: "how many coats" },
    colour: { type: "string", value: "NAME", about: "which colour", otherwise: "the old one" },
    dry: { type: "boolean", about: "wait until it is dry" },
  },
  run: () => Promise.resolve(),
});

Deno.test("parseCommand() fills in defaults", () => {
  const parsed = parseCommand(paint, ["north"]);
  assert.notEqual(parsed, "help");
  assert.deepEqual(JSON.parse(JSON.stringify(parsed)), {
    values: { coats: "2", dry: false },
    positionals: ["north"],
  });
});

Deno.test("parseCommand() takes options before and after arguments", () => {
  const parsed = parseCommand(paint, ["--dry", "north", "--colour=red"]);
  assert.ok(parsed !== "help");
  assert.deepEqual({ ...parsed.values }, { coats: "2", dry: true, colour: "red" });
});

Deno.test("parseCommand() takes a switch back by --no-, and no other option", () => {
  const dry = (...args: string[]) => {
    const parsed = parseCommand(paint, ["north", ...args]);
    assert.ok(parsed !== "help");
    return parsed.values.dry;
  };
  assert.deepEqual([dry("--dry", "--no-dry"), dry("--no-dry", "--dry")], [false, true]);
  assert.throws(() => dry("--no-coats"), /Unknown option '--no-coats'/);
});

Deno.test("parseCommand() names what is wrong with the arguments", () => {
  const usage = (message: RegExp) => (error: unknown) =>
    error instanceof UsageError && message.test(error.message) && !error.message.includes("\n");
  assert.throws(() => parseCommand(paint, []), usage(/^Missing argument WALL$/));
  assert.throws(() => parseCommand(paint, ["a", "b"]), usage(/^Unexpected argument 'b'$/));
  assert.throws(
    () => parseCommand(paint, ["a", "--color", "red"]),
    usage(/--color'.* mean --colour\?$/),
  );
  assert.throws(() => parseCommand(paint, ["a", "--shade", "red"]), usage(/'--shade'$/));
  assert.throws(() => parseCommand(paint, ["a", "--colour"]), usage(/--colour/));
});

Deno.test("parseCommand() takes any number of arguments where the last one's name ends with dots", () => {
  const sort = { ...paint, positionals: ["[WALL ...]"] };
  for (const args of [[], ["north"], ["north", "south", "east"]]) {
    const parsed = parseCommand(sort, args);
    assert.ok(parsed !== "help");
    assert.deepEqual(parsed.positionals, args);
  }
});

Deno.test("commandHelp() lists every option with its default", () => {
  assert.equal(parseCommand(paint, ["--help"]), "help");
  const help = commandHelp("ttt-kd", paint);
  assert.match(help, /usage: ttt-kd paint WALL \[options\]/);
  assert.match(help, /--coats N\s+how many coats \(default: 2\)/);
  assert.match(help, /--colour NAME\s+which colour \(default: the old one\)/);
  assert.match(help, /--dry\s+wait until it is dry/);
});

Deno.test("wholeNumber() refuses fractions, words and values out of bounds", () => {
  assert.equal(wholeNumber("coats", "7", 1, 9), 7);
  for (const bad of ["", "x", "1.5", "0", "10", "1e9"]) {
    assert.throws(() => wholeNumber("coats", bad, 1, 9), UsageError);
  }
});
