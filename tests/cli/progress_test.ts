import assert from "node:assert/strict";
import { progressDisplay } from "../../lib/cli/progress.ts";

Deno.test("progressDisplay() prints a line a phase and about five a loop where there is no terminal", () => {
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
