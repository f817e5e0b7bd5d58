/**
 * Prints the slowest tests of a run, or with `--files` the slowest files, as a Markdown table. The run has to have
 * written its times down:
 *
 *     npx -y deno@2.9.6 task test --junit-path=out/tests.xml
 *     npx -y deno@2.9.6 run -R tests/slowest.ts out/tests.xml
 *
 * @module
 */
import { unescape } from "@std/html/entities";
import { argumentsOf } from "./task.ts";

/** A test that ran. */
interface TimedTest {
  file: string;
  name: string;
  seconds: number;
}

const { positionals: [path], values: { rows, files } } = argumentsOf({
  name: "run -R tests/slowest.ts",
  summary: "Prints the slowest tests of a run",
  positionals: ["JUNIT"],
  options: {
    rows: { type: "string", value: "N", default: "20", about: "rows of the table" },
    files: { type: "boolean", about: "list files instead of tests" },
  },
});
const tests = testsOf(await Deno.readTextFile(path!));
const total = tests.reduce((sum, { seconds }) => sum + seconds, 0);
const listed = files ? byFile(tests) : tests;
const slowest = listed.toSorted((a, b) => b.seconds - a.seconds).slice(0, Number(rows));
console.log(files ? "| seconds | file |" : "| seconds | test | file |");
console.log(files ? "| ---: | --- |" : "| ---: | --- | --- |");
for (const { seconds, name, file } of slowest) {
  const cells = [seconds.toFixed(1), ...(files ? [] : [name.replaceAll("|", "\\|")]), file];
  console.log(`| ${cells.join(" | ")} |`);
}
console.log(`\nAll ${tests.length} tests took ${(total / 60).toFixed(1)} minutes.`);

/** The tests in a JUnit file of Deno's; steps are part of their tests. */
function testsOf(xml: string): TimedTest[] {
  const cases = /<testcase name="([^"]*)" classname="([^"]*)" time="([^"]*)"/g;
  const all = Array.from(xml.matchAll(cases), ([, name, file, seconds]) => ({
    name: unescape(name!),
    file: unescape(file!).replace(/^\.\//, ""),
    seconds: Number(seconds),
  }));
  const isStep = ({ name, file }: TimedTest) =>
    all.some((test) => test.file === file && name.startsWith(`${test.name} > `));
  return all.filter((test) => !isStep(test));
}

/** The tests of each file as one, in the order of the run. */
function byFile(tests: readonly TimedTest[]): TimedTest[] {
  const groups = Map.groupBy(tests, ({ file }) => file);
  return Array.from(groups, ([file, group]) => ({
    file,
    name: file,
    seconds: group.reduce((sum, { seconds }) => sum + seconds, 0),
  }));
}
