import assert from "node:assert/strict";
import {
  type Candidate,
  chooseStudent,
  domainOf,
  domainWarning,
  MEASURE_NAMES,
  type ScanProfile,
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

Deno.test("chooseStudent() needs a student", () => {
  assert.throws(() => chooseStudent(profile(1), []), /there are none/);
});
