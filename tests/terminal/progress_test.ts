import assert from "node:assert/strict";
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
  display.update({ label: "stop", secondsLeft: 12 });
  assert.deepEqual(lines, ["run 1/5 loss 1, 4 min left", "stop 12 s left"]);
});
