/**
 * Students are trained on style A, and results on every domain are compared over time: rooms, photographs and
 * scans must stay what they were. Whoever changes them on purpose raises `generator` in lib/datasets/rooms.ts
 * and trains anew.
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { Random } from "../../../lib/random/random.ts";
import { type CastRays, castRaysReference } from "../../../lib/worlds/raycast.ts";
import { type DomainName, DOMAINS, sceneSeed } from "../../../lib/worlds/rooms/domains.ts";
import { makeRoom } from "../../../lib/worlds/rooms/make_room.ts";
import { photographRoom, placeCameras } from "../../../lib/worlds/rooms/photographs.ts";
import { scanRoom } from "../../../lib/worlds/rooms/scanners.ts";

/** A digest of everything fifty rooms of a style consist of. */
function roomsDigest(style: "A" | "B"): string {
  const hash = createHash("sha256");
  for (let seed = 0; seed < 50; seed++) {
    const { primitives, parts, materials, lamps } = makeRoom(seed, style);
    hash.update(primitives).update(parts);
    hash.update(JSON.stringify(materials)).update(JSON.stringify(lamps));
  }
  return hash.digest("hex");
}

/** A digest of the photographs and the scan of a training scene, seen by the reference caster. */
async function sceneDigest(name: DomainName): Promise<string> {
  const cast: CastRays = (solids, rays) => Promise.resolve(castRaysReference(solids, rays));
  const seed = sceneSeed(name, "train", 3);
  const room = makeRoom(seed, DOMAINS[name].style);
  const cameras = placeCameras(room, 8, new Random(seed, 2));
  const pictures = await photographRoom(cast, room, cameras, new Random(seed, 3));
  const random = new Random(seed, 4);
  const { positions, colors, labels } = await scanRoom(cast, room, pictures, DOMAINS[name], random);
  const hash = createHash("sha256");
  for (const { photo } of pictures) hash.update(photo.pixels);
  for (const { buffer } of [positions, colors, labels]) hash.update(new Uint8Array(buffer));
  return hash.digest("hex");
}

Deno.test("makeRoom() gives the rooms of styles A and B that it always gave", () => {
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
  Deno.test(`scanRoom() and photographRoom() give the scene of ${name} that they always gave`, async () => {
    assert.equal(await sceneDigest(name as DomainName), digest);
  });
}
