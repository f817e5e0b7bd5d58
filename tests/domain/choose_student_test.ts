import assert from "node:assert/strict";
import {
  type Candidate,
  choiceWithLoss,
  chooseStudent,
  domainOf,
  domainWarning,
  MEASURE_NAMES,
  type ScanProfile,
  undecided,
} from "../../lib/domain/mod.ts";

/** A profile whose measures are all `value`, but for those that are given. */
function profile(value: number, own: Partial<ScanProfile> = {}): ScanProfile {
  return {
    ...Object.fromEntries(MEASURE_NAMES.map((name) => [name, value])),
    ...own,
  } as ScanProfile;
}

const small: Candidate = { id: "small", domain: domainOf([profile(1), profile(1)]) };
const large: Candidate = { id: "large", domain: domainOf([profile(20), profile(20)]) };
const unknown: Candidate = { id: "unknown" };

Deno.test("chooseStudent() takes the nearest student, the first among equals", () => {
  const twin = { ...small, id: "twin" };
  assert.equal(chooseStudent(profile(1.1), [large, small, twin]).student, "small");
  assert.equal(chooseStudent(profile(18), [small, large]).student, "large");
  assert.equal(chooseStudent(profile(1), [twin, small]).student, "twin");
});

Deno.test("chooseStudent() says that a scan fits, or in what it differs", () => {
  const near = chooseStudent(profile(1), [small, large]);
  assert.equal(near.fits, true);
  assert.equal(near.distances.small!.total, 0);
  assert.equal(domainWarning(near), null);

  const far = chooseStudent(profile(1, { width: 40 }), [small]);
  assert.equal(far.fits, false);
  assert.match(
    far.reason,
    /unlike those that small was trained on: beside them it is 40 times as wide/,
  );
  assert.match(
    chooseStudent(profile(20, { width: 4000 }), [small, large]).reason,
    /^The scan fits no student; the nearest is large, .* it is 200 times as wide\.$/,
  );
  assert.equal(domainWarning(far)!.code, "domain");
  assert.match(domainWarning(far)!.text, /40 times as wide/);
});

Deno.test("chooseStudent() takes a student of unknown domain where no other fits, without a warning", () => {
  assert.equal(chooseStudent(profile(1), [unknown, small]).student, "small");
  const choice = chooseStudent(profile(4000), [small, unknown, large]);
  assert.equal(choice.student, "unknown");
  assert.equal(choice.fits, null);
  assert.equal(domainWarning(choice), null);
});

Deno.test("chooseStudent() takes the file's word that a scan was made from the air", () => {
  const aerial = { id: "aerial", domain: domainOf([profile(20)], true) };
  const doubtful = profile(20, { width: 7 });
  const ground = { id: "ground", domain: domainOf([profile(20, { width: 9 })]) };
  assert.equal(chooseStudent(doubtful, [ground, aerial]).student, "ground");
  assert.equal(chooseStudent({ ...doubtful, fromAbove: true }, [ground, aerial]).student, "aerial");
  // Shape outweighs it where it leaves no doubt, and the contradiction is told.
  const told = chooseStudent({ ...profile(1), fromAbove: true }, [small, aerial]);
  assert.deepEqual([told.student, told.fits, told.distances.small!.fromAbove], ["small", false, 2]);
  assert.match(
    told.reason,
    /nearest is small, which was trained on scans from the ground, and the scan angles/,
  );
  assert.equal(chooseStudent({ ...profile(20), fromAbove: true }, [aerial]).fits, true);
});

Deno.test("chooseStudent() needs a student", () => {
  assert.throws(() => chooseStudent(profile(1), []), /there are none/);
});

/** Two students of the same shape of scans, whose losses on source scenes differ. */
const inside: Candidate = {
  ...small,
  id: "inside",
  teacher: { sourceKdLoss: 0.16, sourceKdDeviation: 0.02 },
};
const outside: Candidate = {
  ...small,
  id: "outside",
  teacher: { sourceKdLoss: 0.4, sourceKdDeviation: 0.05 },
};

Deno.test("chooseStudent() chooses by the photographs where shape leaves it open", () => {
  const both = [inside, outside];
  assert.deepEqual(undecided(chooseStudent(profile(1), both)), ["inside", "outside"]);
  // 0.45 is usual for one, and far from what the other has.
  const { student, reason, distances } = chooseStudent(profile(1), both, {
    inside: 0.45,
    outside: 0.45,
  });
  assert.equal(student, "outside");
  assert.equal(distances.outside!.photographs!.distance, 0);
  // A quarter of 0.75 of the way from 0.2 to 1.
  const near = chooseStudent(profile(1), both, { inside: 0.35, outside: 0.9 });
  assert.ok(Math.abs(near.distances.inside!.photographs!.distance - 0.45) < 1e-9);
  assert.match(reason, /and so are its photographs\.$/);
  // A student that nothing was measured of does not hide that the photographs are of other things.
  for (const [loss, fits] of [[0.3, true], [0.99, false]] as const) {
    const choice = chooseStudent(profile(1), [small, inside], { inside: loss });
    assert.deepEqual([choice.student, choice.fits], ["inside", fits]);
  }
});

Deno.test("undecided() asks for no photographs where a single student fits well, or none", () => {
  assert.deepEqual(undecided(chooseStudent(profile(1), [small, large])), []);
  assert.deepEqual(undecided(chooseStudent(profile(4000), [small, large])), []);
  const doubtful = chooseStudent(profile(1, { width: 5 }), [small, large]);
  assert.equal(doubtful.fits, true);
  assert.deepEqual(undecided(doubtful), ["small"]);
});

Deno.test("choiceWithLoss() says that photographs of a scan of the right shape are of other things", () => {
  const choice = chooseStudent(profile(1), [inside]);
  const usual = choiceWithLoss(choice, inside, 0.2);
  assert.equal(usual.fits, true);
  assert.equal(usual.reason, choice.reason);
  assert.equal(usual.distances.inside!.photographs!.loss, 0.2);
  const other = choiceWithLoss(choice, inside, 0.95);
  assert.equal(other.fits, false);
  assert.match(
    domainWarning(other)!.text,
    /KD loss 0\.95, 0\.16 on such scans\).*unit or the cameras/,
  );
  assert.equal(chooseStudent(profile(1), [inside], { inside: 0.95 }).reason, other.reason);
  // Shape speaks first, and a card without the loss on source scenes says nothing.
  const wide = chooseStudent(profile(1, { width: 40 }), [inside]);
  assert.equal(choiceWithLoss(wide, inside, 0.95).reason, wide.reason);
  assert.deepEqual(choiceWithLoss(chooseStudent(profile(1), [small]), small, 0.95).fits, true);
});
