import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { progressDisplay } from "../../lib/terminal/progress.ts";

Deno.test("progressDisplay() prints a line per label and about five per loop without a terminal", () => {
  const lines: string[] = [];
  {
    using display = progressDisplay(false, (line) => lines.push(line));
    display.update({ label: "pair" });
    display.update({ label: "pair" });
    for (let step = 1; step <= 25; step++) {
      display.update({ label: "adapt", value: step, total: 25, note: `loss ${step}` });
    }
  }
  assert.deepEqual(lines, [
    "pair",
    "adapt 1/25 loss 1",
    "adapt 6/25 loss 6",
    "adapt 11/25 loss 11",
    "adapt 16/25 loss 16",
    "adapt 21/25 loss 21",
    "adapt 25/25 loss 25",
  ]);
});

Deno.test("progressDisplay() shows how long the work still takes", () => {
  const lines: string[] = [];
  using display = progressDisplay(false, (line) => lines.push(line));
  display.update({ label: "run", value: 1, total: 5, note: "loss 1", secondsLeft: 250 });
  display.say("warning: far away");
  display.update({ label: "stop", secondsLeft: 12 });
  assert.deepEqual(lines, ["run 1/5 loss 1, 4 min left", "warning: far away", "stop 12 s left"]);
});

Deno.test("progressDisplay() draws a bar to its end for what is counted, and none for what is not", () => {
  const terminal = Object.assign(new PassThrough(), { isTTY: true, columns: 80 });
  let drawn = "";
  terminal.on("data", (chunk) => drawn += chunk);
  {
    using display = progressDisplay(true, undefined, terminal);
    display.update({ label: "pairing" });
    display.update({ label: "adapting" });
    for (let step = 1; step <= 25; step++) {
      display.update({ label: "adapting", value: step, total: 25, note: "loss 1" });
    }
    display.update({ label: "predicting" });
    display.say("warning: far away");
    display.update({ label: "predicting", value: 2, total: 9 });
  }
  assert.doesNotMatch(drawn, /0\/[01]\b|\/1\b/);
  assert.match(drawn, /adapting +█+ 25\/25 loss 1/);
  assert.match(drawn, /warning: far away\n/);
  assert.match(drawn, /predicting +█+░+ 2\/9/);
});
