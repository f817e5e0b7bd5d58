/** When TTT-KD-O returns to the source weights, on a small scan with an untrained network. */
import assert from "node:assert/strict";
import { tttKdOnline } from "../../../lib/ttt/methods/ttt_kd_online.ts";
import { withGpu } from "../../gpu.ts";
import { CARD, randomPhotographs, smallScan } from "../small_scan.ts";

withGpu(
  "ttt-kd-online with reset begins anew where it does worse than the source weights",
  async (gpu) => {
    using small = await smallScan(gpu, undefined, {
      card: { ...CARD, teacher: { id: "test", width: 4 } },
    });
    using owned = new DisposableStack();
    const shown = [1, -1].map((sign) => ({
      ...small.context,
      photographs: randomPhotographs(small.context, owned, sign),
    }));
    const adapt = (scan: number, reset?: string) =>
      tttKdOnline.adapt(shown[scan]!, tttKdOnline.settings.parse({ augmentations: 0, reset }));
    const alone = await adapt(1);
    small.forget();
    assert.equal((await adapt(0, "kd-loss")).note, undefined, "the source is no worse than itself");
    assert.equal((await adapt(0, "kd-loss")).note, undefined, "kept weights do better");
    // What was learned from the first photographs harms where they say the opposite.
    const { note, ...began } = await adapt(1, "kd-loss");
    assert.match(note!, /^the weights were reset .* was above that of the source weights/);
    assert.deepEqual(began, alone);
    small.forget();
    await adapt(0);
    assert.notDeepEqual(await adapt(1), alone);
  },
);
