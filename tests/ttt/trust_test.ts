import assert from "node:assert/strict";
import type { Probabilities } from "../../lib/ttt/probabilities.ts";
import { entropyAround, fuseByTrust, type Witness } from "../../lib/ttt/trust.ts";
import { Neighbourhood } from "../../lib/voxels/neighbourhood.ts";

/** Two voxels that touch, and one that stands alone. */
const AROUND = new Neighbourhood(Int32Array.of(0, 0, 0, 0, 1, 1, 1, 0, 9, 0, 0, 0));

function prediction(...values: number[][]): Probabilities {
  return {
    rows: values.length,
    classes: values[0]!.length,
    values: Float32Array.from(values.flat()),
  };
}

/** Says of each voxel that it is of class 0, as surely as given. */
function sure(...of: number[]): Probabilities {
  return prediction(...of.map((p) => [p, 1 - p]));
}

function witness(
  probabilities: Probabilities,
  { weight = 1, mask = null, trust = 0 }: Partial<Witness> & { trust?: number } = {},
): Witness {
  const doubt = entropyAround(probabilities, mask, AROUND).map((entropy) => trust * entropy);
  return { probabilities, weight, mask, doubt: trust > 0 ? doubt : null };
}

const first = ({ values }: Probabilities) => [values[0]!, values[2]!, values[4]!];

Deno.test("fuseByTrust() without doubts is the geometric mean by the weights", () => {
  const probe = witness(sure(0.1, 0.1, 0.1), { weight: 2, mask: [1, 1, 0] });
  const [seen, , unseen] = first(fuseByTrust([witness(sure(0.6, 0.6, 0.6)), probe]));
  // A third of the weight is the network's.
  const [one, other] = [(0.6 * 0.1 ** 2) ** (1 / 3), (0.4 * 0.9 ** 2) ** (1 / 3)];
  assert.ok(Math.abs(seen! - one / (one + other)) < 1e-6);
  assert.equal(unseen, Math.fround(0.6));
});

Deno.test("fuseByTrust() believes what is sure around a voxel, not only at it", () => {
  // Of the first two voxels the probe is sure at one; at the third, which stands alone, it is not.
  const fusedBy = (trust: number) =>
    first(fuseByTrust([
      witness(sure(0.8, 0.8, 0.8), { trust }),
      witness(sure(0.4, 0.001, 0.4), { trust }),
    ]));
  const [plain, trusted] = [fusedBy(0), fusedBy(5)];
  assert.equal(plain[0], plain[2]);
  assert.ok(trusted[0]! < plain[0]!, "the probe counts more beside a voxel of which it is sure");
  assert.ok(trusted[2]! > plain[2]!, "and less where it is unsure all around");
});

Deno.test("fuseByTrust() keeps the scale of confidences where all are equally sure", () => {
  const alike = sure(0.9, 0.9, 0.9);
  const [plain, trusted] = [0, 4].map((trust) =>
    fuseByTrust([witness(alike, { trust }), witness(alike, { trust, weight: 3 })])
  );
  plain!.values.forEach((p, i) => assert.ok(Math.abs(p - trusted!.values[i]!) < 1e-6));
});

Deno.test("entropyAround() does not count neighbours of which a prediction says nothing", () => {
  // What stands in a row without a target is meaningless, and must not lend it certainty.
  const [a, b] = [0.001, 0.5].map((unseen) =>
    entropyAround(sure(0.5, unseen, 0.5), [1, 0, 1], AROUND)
  );
  assert.deepEqual(a, b);
  assert.deepEqual([...a!], [1, 1, 1]);
});
