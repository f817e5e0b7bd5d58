/** Units of coordinates: well-known text, GeoKeys, and the records of LAS that hold them. */
import assert from "node:assert/strict";
import { readScan } from "../../lib/scan/mod.ts";
import { unitOfEpsg } from "../../lib/scan/crs/epsg_units.ts";
import { unitsOfGeoKeys } from "../../lib/scan/crs/geo_keys.ts";
import { CrsError, unitsOfWkt } from "../../lib/scan/crs/wkt.ts";
import { makeLas } from "./files.ts";

const US_FOOT = 1200 / 3937;

const GEOGCS =
  'GEOGCS["NAD83",DATUM["D",SPHEROID["GRS 1980",6378137,298.257]],PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]]';
const projcs = (unit: string) =>
  `PROJCS["a ""quoted"" map",${GEOGCS},PROJECTION["Transverse_Mercator"],PARAMETER["scale_factor",0.9996],${unit},AXIS["X",EAST],AXIS["Y",NORTH],AUTHORITY["EPSG","2992"]]`;
const BASE = 'BASEGEOGCRS["x",DATUM["d",ELLIPSOID["e",1,2,LENGTHUNIT["metre",1]]]]';

Deno.test("unitsOfWkt() reads the units of plane and heights, in both versions", () => {
  const cases: [string, number | "degree" | null, number | null, string?][] = [
    [projcs('UNIT["metre",1]'), 1, null, "metre"],
    [projcs('UNIT["Foot_US",0.3048006096012192]'), US_FOOT, null, "US survey foot"],
    [projcs('UNIT["foot",0.3048,AUTHORITY["EPSG","9002"]]'), 0.3048, null, "foot"],
    [projcs('UNIT["Clarke\'s link",0.201166195164]'), 0.201166195164, null, "Clarke's link"],
    [GEOGCS, "degree", null],
    [
      `COMPD_CS["c",${
        projcs('UNIT["ft",0.3048]')
      },VERT_CS["v",VERT_DATUM["d",2005],UNIT["m",1.0],AXIS["Up",UP]]]`,
      0.3048,
      1,
    ],
    [
      `COMPD_CS["c",${projcs('UNIT["m",1]')},VERT_CS["v",UNIT["ftUS",0.304800609601219]]]`,
      1,
      US_FOOT,
    ],
    // ESRI writes two systems side by side, in lower or upper case.
    [
      `${
        projcs('unit["Meter",1.0]')
      },VERTCS["v",VDATUM["d"],PARAMETER["Direction",1.0],UNIT["Foot",0.3048]]`,
      1,
      0.3048,
    ],
    [
      `PROJCRS["p",${BASE},CONVERSION["u",METHOD["TM"],PARAMETER["k",1,SCALEUNIT["unity",1]]],CS[Cartesian,2],AXIS["e",east],AXIS["n",north],LENGTHUNIT["US survey foot",0.304800609601219]]`,
      US_FOOT,
      null,
    ],
    [
      `PROJCRS["p",${BASE},CS[Cartesian,2],AXIS["e",east,LENGTHUNIT["foot",0.3048]],AXIS["n",north,LENGTHUNIT["foot",0.3048]]]`,
      0.3048,
      null,
    ],
    [
      `COMPOUNDCRS["c",PROJCRS["p",CS[Cartesian,2],LENGTHUNIT["metre",1]],VERTCRS["v",VDATUM["d"],CS[vertical,1],AXIS["h",up],LENGTHUNIT["foot",0.3048]]]`,
      1,
      0.3048,
    ],
    [
      `BOUNDCRS[SOURCECRS[PROJCRS["p",CS[Cartesian,2],LENGTHUNIT["foot",0.3048]]],TARGETCRS[GEOGCRS["g"]]]`,
      0.3048,
      null,
    ],
    [
      'GEOGCRS["WGS 84",CS[ellipsoidal,3],AXIS["lat",north,ANGLEUNIT["degree",0.0174]],AXIS["lon",east,ANGLEUNIT["degree",0.0174]],AXIS["h",up,LENGTHUNIT["metre",1]]]',
      "degree",
      1,
    ],
    ['VERT_CS["v",UNIT["foot",0.3048]]', null, 0.3048],
    ['LOCAL_CS["site",UNIT["millimetre",0.001]]\0\0\0', 0.001, null, "millimetre"],
  ];
  for (const [text, horizontal, vertical, name] of cases) {
    const units = unitsOfWkt(text);
    const metres = (unit: typeof units.horizontal) =>
      unit === null || unit === "degree" ? unit : Number(unit.metres.toPrecision(7));
    const digits = (value: number | "degree" | null) =>
      typeof value === "number" ? Number(value.toPrecision(7)) : value;
    assert.equal(metres(units.horizontal), digits(horizontal), text);
    assert.equal(metres(units.vertical), digits(vertical), text);
    if (name) assert.equal((units.horizontal as { name: string }).name, name);
  }
  assert.equal(unitsOfWkt('GEOCCS["c",UNIT["metre",1]]').isGeocentric, true);
  assert.equal(
    unitsOfWkt('GEODCRS["c",CS[Cartesian,3],LENGTHUNIT["metre",1]]').isGeocentric,
    true,
  );
});

Deno.test("unitsOfWkt() refuses text that it cannot understand", () => {
  const cases = [
    "",
    "EPSG:2992",
    "PROJCS[",
    'PROJCS["x"]]',
    'PROJCS["x',
    '"x"["y"]',
    'PROJCS["no unit"]',
    projcs('UNIT["m",0]'),
    projcs('UNIT["m",-1]'),
    projcs('UNIT["m",1e999]'),
    projcs('UNIT["m"]'),
    "A[".repeat(100_000),
    "x".repeat(300_000),
  ];
  for (const text of cases) assert.throws(() => unitsOfWkt(text), CrsError, text.slice(0, 99));
});

/** A directory of GeoKeys: [key, place, count, value] each. */
function directory(keys: number[][], count = keys.length): DataView {
  return new DataView(Uint16Array.from([1, 1, 0, count, ...keys.flat()]).buffer);
}

const numbers = (...values: number[]) => new DataView(Float64Array.from(values).buffer);

Deno.test("unitsOfGeoKeys() reads numbers of units and of systems, and units of the file's own", () => {
  const cases: [number[][], number | "degree" | null, number | null][] = [
    [[[1024, 0, 1, 1], [3076, 0, 1, 9001]], 1, null],
    [[[1024, 0, 1, 1], [3076, 0, 1, 9002]], 0.3048, null],
    [[[1024, 0, 1, 1], [3076, 0, 1, 9003], [4099, 0, 1, 9001]], US_FOOT, 1],
    [[[1024, 0, 1, 1], [3072, 0, 1, 2154], [4099, 0, 1, 9003]], 1, US_FOOT],
    // The system alone: Oregon Lambert in feet, NAVD88 heights in US survey feet; UTM and NAVD88 in metres.
    [[[3072, 0, 1, 2992], [4096, 0, 1, 6360]], 0.3048, US_FOOT],
    [[[3072, 0, 1, 32610], [4096, 0, 1, 5703]], 1, 1],
    [[[1024, 0, 1, 1], [3076, 0, 1, 32767], [3077, 34736, 1, 1]], 0.5, null],
    [[[1024, 0, 1, 1], [3072, 0, 1, 32767]], null, null],
    [[[1024, 0, 1, 2], [2048, 0, 1, 4326], [2054, 0, 1, 9102]], "degree", null],
    [[[2048, 0, 1, 4326]], "degree", null],
    [[], null, null],
  ];
  for (const [keys, horizontal, vertical] of cases) {
    const units = unitsOfGeoKeys(directory(keys), numbers(7, 0.5));
    const metres = (unit: typeof units.horizontal) =>
      unit === null || unit === "degree" ? unit : unit.metres;
    assert.deepEqual([metres(units.horizontal), metres(units.vertical)], [horizontal, vertical]);
  }
  assert.equal(unitsOfGeoKeys(directory([[1024, 0, 1, 3]]), numbers()).isGeocentric, true);
});

Deno.test("unitsOfGeoKeys() trusts no count and no place", () => {
  const cases: [DataView, DataView][] = [
    [new DataView(new ArrayBuffer(6)), numbers()],
    [directory([[1024, 0, 1, 1]], 2), numbers()],
    [directory([[1024, 0, 1, 1]], 65535), numbers()],
    [directory([[3076, 0, 1, 32767], [3077, 34736, 1, 1]]), numbers(1)],
    [directory([[3076, 0, 1, 32767], [3077, 34736, 1, 0]]), numbers(NaN)],
    [directory([[3076, 0, 1, 32767]]), numbers()],
    [directory([[3076, 0, 1, 1234]]), numbers()],
  ];
  for (const [keys, values] of cases) {
    assert.throws(() => unitsOfGeoKeys(keys, values), CrsError);
  }
});

Deno.test("unitOfEpsg() knows systems in feet, and takes neighbours for what they are", () => {
  assert.equal(unitOfEpsg(2230)?.name, "US survey foot"); // California zone 6
  assert.equal(unitOfEpsg(2222)?.name, "foot"); // Arizona East
  for (const metric of [2154, 25832, 32633, 3857, 5703, 0, 65535]) {
    assert.equal(unitOfEpsg(metric), null);
  }
});

const text = (wkt: string) => new TextEncoder().encode(wkt);
const bytesOf = ({ buffer }: DataView) => new Uint8Array(buffer);
const FEET = directory([[1024, 0, 1, 1], [3076, 0, 1, 9002], [4099, 0, 1, 9002]]);

Deno.test("readScan() takes the units of LAS from the record that the header names", async () => {
  const metric = text(projcs('UNIT["metre",1]'));
  const wkt: [string, number, Uint8Array] = ["LASF_Projection", 2112, metric];
  const keys: [string, number, Uint8Array] = ["LASF_Projection", 34735, bytesOf(FEET)];
  const unitOf = async (recipe: Parameters<typeof makeLas>[0], encoding = 0) => {
    const { bytes } = makeLas({ minor: 4, format: 6, ...recipe });
    bytes[6] = encoding;
    const { units, warnings } = await readScan(bytes, "x.las");
    return [(units?.horizontal as { name: string } | undefined)?.name, warnings.length];
  };
  assert.deepEqual(await unitOf({}), [undefined, 0]);
  assert.deepEqual(await unitOf({ vlrs: [keys] }), ["foot", 0]);
  assert.deepEqual(await unitOf({ vlrs: [wkt] }), ["metre", 0]);
  assert.deepEqual(await unitOf({ vlrs: [wkt, keys] }), ["foot", 0]);
  assert.deepEqual(await unitOf({ vlrs: [keys, wkt] }, 0x10), ["metre", 0]);
  assert.deepEqual(await unitOf({ evlrs: [wkt] }), ["metre", 0]);
  assert.deepEqual(await unitOf({ vlrs: [["someone", 2112, metric]] }), [undefined, 0]);
  // Zeros are the way of writers that know no system.
  const empty: [string, number, Uint8Array] = ["LASF_Projection", 2112, new Uint8Array(8)];
  assert.deepEqual(await unitOf({ vlrs: [empty] }), [undefined, 0]);
});

Deno.test("readScan() warns of a coordinate system that it cannot read, and of heights without a unit", async () => {
  const warningsOf = async (id: number, body: Uint8Array) => {
    const { bytes } = makeLas({ format: 6, vlrs: [["LASF_Projection", id, body]] });
    return (await readScan(bytes, "x.las")).warnings.map(({ code, text }) => `${code}: ${text}`);
  };
  assert.match(
    (await warningsOf(2112, text("PROJCS["))).join(),
    /^unit: .*cannot be read: the text/,
  );
  assert.match((await warningsOf(34735, Uint8Array.of(1))).join(), /^unit: .*no header\. Metres/);
  const feet = text(projcs('UNIT["foot",0.3048]'));
  assert.match((await warningsOf(2112, feet)).join(), /^unit: .*none for heights/);
  const geocentric = text('GEOCCS["c",UNIT["metre",1]]');
  assert.match((await warningsOf(2112, geocentric)).join(), /^axes: .*no axis points up/);
});
