import assert from "node:assert/strict";
import {
  chooseStudent,
  distanceFrom,
  domainOf,
  domainText,
  profileOf,
  type ScanProfile,
  studentDomainSchema,
} from "../../lib/domain/mod.ts";
import { DEFAULT_STUDENTS, readStudent } from "../../lib/models/students.ts";
import { Random } from "../../lib/random/random.ts";
import { AERIAL_DOMAINS } from "../../lib/worlds/aerial/mod.ts";
import { makeTile } from "../../lib/worlds/aerial/make_tile.ts";
import { scanTile } from "../../lib/worlds/aerial/scanners.ts";
import { overGround } from "../../lib/worlds/aerial/terrain.ts";
import { gridCaster } from "../../lib/worlds/grid_caster.ts";
import { castRaysReference } from "../../lib/worlds/raycast_reference.ts";
import { ROOM_DOMAINS } from "../../lib/worlds/rooms/mod.ts";
import { makeRoom } from "../../lib/worlds/rooms/make_room.ts";
import { scanRoom } from "../../lib/worlds/rooms/scanners.ts";
import { STREET_DOMAINS } from "../../lib/worlds/streets/mod.ts";
import { makeStreet } from "../../lib/worlds/streets/make_street.ts";
import { scanStreet } from "../../lib/worlds/streets/scanners.ts";
import type { CastRays } from "../../lib/worlds/raycast.ts";

const PROFILE: ScanProfile = {
  width: 5,
  spread: 0.9,
  height: 3,
  level: 0.5,
  upright: 0.9,
  horizontal: 0.15,
  spacing: 0.03,
};

Deno.test("domainOf() keeps the middle and all but the outermost scenes", () => {
  const profiles = Array.from({ length: 101 }, (_, i) => ({ ...PROFILE, width: 200 - i }));
  const domain = domainOf(profiles);
  assert.deepEqual(domain.measures.width, { low: 105, median: 150, high: 195 });
  assert.equal(domain.scenes, 101);
  assert.deepEqual(studentDomainSchema.parse(JSON.parse(JSON.stringify(domain))), domain);
  assert.match(domainText(domain), /^101 scans 105\.0 to 195\.0 m wide and 3\.0 m high/);
  assert.throws(() => domainOf([]), /there are no scenes/);
});

Deno.test("the domain of a card is checked", () => {
  const domain = domainOf([PROFILE]);
  const { width: _, ...rest } = domain.measures;
  for (
    const wrong of [
      { ...domain, scenes: 0 },
      { ...domain, measures: rest },
      { ...domain, measures: { ...rest, width: { low: 2, median: 1, high: 3 } } },
    ]
  ) assert.equal(studentDomainSchema.safeParse(wrong).success, false);
});

const cast: CastRays = (solids, rays) => Promise.resolve(castRaysReference(solids, rays));

Deno.test("surveys from the air are even and wide-meshed; streets as wide and as high are not", () => {
  const survey = { ...PROFILE, width: 56, spread: 1, height: 15, upright: 0.4, spacing: 0.27 };
  const [above, ground] = [domainOf([survey], true), domainOf([survey])];
  assert.equal(studentDomainSchema.parse(JSON.parse(JSON.stringify(above))).fromAbove, true);
  const total = (of: Partial<ScanProfile>, domain = above) =>
    distanceFrom({ ...survey, ...of }, domain).total;
  // Crowded about a sensor, or as dense as a scanner on the ground makes it.
  for (const street of [{ spread: 0.55 }, { spacing: 0.06 }]) {
    assert.ok(total(street) > 1.8, `${total(street)}`);
    assert.equal(total(street, ground), 0);
  }
  // A helicopter's survey, and a meadow.
  assert.ok(total({ spacing: 0.13 }) < 1.8 && total({ upright: 0.06 }) < 1.8);
  assert.ok(total({ upright: 0.06 }, ground) > 1.8);
});

Deno.test("the embedded students are told apart on scans of other sensors and places", async () => {
  const students = await Promise.all(
    DEFAULT_STUDENTS.map(async (id) => ({
      ...(await readStudent(id)).card,
      id,
    })),
  );
  const room = await scanRoom(
    cast,
    makeRoom(7, "B"),
    [],
    ROOM_DOMAINS.everything,
    new Random(7),
  );
  const inRoom = chooseStudent(profileOf(room.positions), students);
  assert.equal(inRoom.student, "rooms-joint");
  assert.equal(inRoom.fits, true);

  const { beams16 } = STREET_DOMAINS;
  const street = await scanStreet(cast, makeStreet(7, "B", beams16.height), beams16, new Random(7));
  const inStreet = chooseStudent(profileOf(street.positions), students);
  assert.equal(inStreet.student, "streets-varied-joint");
  assert.equal(inStreet.fits, true);

  const { sparse } = AERIAL_DOMAINS;
  const tile = makeTile(4, "B", sparse);
  const survey = await scanTile(
    overGround(gridCaster(), tile.ground),
    tile,
    sparse,
    new Random(7),
  );
  const fromAir = chooseStudent(profileOf(survey.positions), students);
  assert.equal(fromAir.student, "aerial-joint");
  assert.equal(fromAir.fits, true);

  const inFeet = chooseStudent(profileOf(street.positions.map((value) => value / 0.03)), students);
  assert.equal(inFeet.fits, false);
  assert.match(inFeet.reason, /times/);
});

Deno.test("a tree of the size of a room fits no student, though its other measures are those of a room", async () => {
  const { card } = await readStudent("rooms-joint");
  const random = new Random(3);
  const tree = new Float32Array(12_000);
  for (let at = 0; at < tree.length;) {
    const [x, y, z] = [2 * random.uniform() - 1, 2 * random.uniform() - 1, random.uniform()];
    if (Math.hypot(x, y, 2 * z - 1) > 1) continue;
    tree.set([2.7 * x, 2.7 * y, 3 * z], at);
    at += 3;
  }
  const profile = profileOf(tree);
  assert.equal(chooseStudent({ ...profile, horizontal: 0.15 }, [card]).fits, true);
  const { fits, reason } = chooseStudent(profile, [card]);
  assert.equal(fits, false);
  assert.match(reason, /times less level floor or ground/);
});
