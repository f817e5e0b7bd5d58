/**
 * Students are trained on style A, and results on every domain are compared over time, so rooms, photographs and scans
 * must stay as they are. Whoever changes them on purpose raises `generator` in lib/datasets/rooms.ts and trains the
 * students again.
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { Random } from "../../../lib/random/random.ts";
import type { CastRays } from "../../../lib/worlds/raycast.ts";
import { castRaysReference } from "../../../lib/worlds/raycast_reference.ts";
import { ROOM_DOMAINS, type RoomDomainName, sceneSeed } from "../../../lib/worlds/rooms/domains.ts";
import { makeRoom } from "../../../lib/worlds/rooms/make_room.ts";
import { photographRoom, placeCameras } from "../../../lib/worlds/rooms/photographs.ts";
import { scanRoom } from "../../../lib/worlds/rooms/scanners.ts";

/** Digest of all that fifty rooms of a style consist of. */
function roomsDigest(style: "A" | "B"): string {
  const hash = createHash("sha256");
  for (let seed = 0; seed < 50; seed++) {
    const { primitives, parts, materials, lamps } = makeRoom(seed, style);
    hash.update(primitives).update(parts);
    hash.update(JSON.stringify(materials)).update(JSON.stringify(lamps));
  }
  return hash.digest("hex");
}

/** Digest of the photographs and the scan of a training scene, made by the reference ray caster. */
async function sceneDigest(name: RoomDomainName): Promise<string> {
  const cast: CastRays = (solids, rays) => Promise.resolve(castRaysReference(solids, rays));
  const seed = sceneSeed(name, "train", 3);
  const room = makeRoom(seed, ROOM_DOMAINS[name].style);
  const cameras = placeCameras(room, 8, new Random(seed, 2));
  const pictures = await photographRoom(cast, room, cameras, new Random(seed, 3));
  const random = new Random(seed, 4);
  const { positions, colors, labels } = await scanRoom(
    cast,
    room,
    pictures,
    ROOM_DOMAINS[name],
    random,
  );
  const hash = createHash("sha256");
  for (const { photo } of pictures) hash.update(photo.pixels);
  for (const { buffer } of [positions, colors, labels]) hash.update(new Uint8Array(buffer));
  return hash.digest("hex");
}

Deno.test("makeRoom() gives the same rooms of styles A and B as ever", () => {
  assert.equal(
    roomsDigest("A"),
    "ef2ca95854573cc0f6f905cce6176da67a435ac5a995a64e9da3a189e9563c31",
  );
  assert.equal(
    roomsDigest("B"),
    "b94163b035594797d37ca3f6be410113c0e929a19e6254129305d3aa740b9fc4",
  );
});

const SCENES = {
  source: "7d485b956553332c9de635b6d1ed0ae10eca1b012f643636002d738d6b72eafd",
  noisy: "eb678a8857508be645bfd3bbbde83f4fa846a91f59c1e6850bdd2dd1c04ecf0c",
  everything: "eb102a70cb7426ea93fd164eb6b92f1861d48abe214fa57b68d9996f489f2339",
} as const;

for (const [name, digest] of Object.entries(SCENES)) {
  Deno.test(`scanRoom() and photographRoom() give the same scene of ${name} as ever`, async () => {
    assert.equal(await sceneDigest(name as RoomDomainName), digest);
  });
}
