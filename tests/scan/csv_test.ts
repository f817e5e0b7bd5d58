/** Scans that are text: CSV, XYZ, what CloudCompare and PTS write. */
import assert from "node:assert/strict";
import { worldPositions } from "./files.ts";
import { mulberry32 } from "../../lib/random/mulberry32.ts";
import {
  readScan,
  type Scan,
  scanMemory,
  scanMemoryByStart,
  writeScan,
} from "../../lib/scan/mod.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array) => new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
const read = (text: string) => readScan(bytesOf(text), "x.csv");
const labelled = (scan: Scan, more: { keepLabels?: boolean } = {}) =>
  textOf(writeScan(scan, {
    labels: Uint8Array.from({ length: scan.count }, (_, i) => 5 + i),
    confidence: Float32Array.from({ length: scan.count }, (_, i) => (i + 1) / 10),
    ...more,
  }));

/** Files, and the answers to them. */
const FILES: Record<string, [file: string, answer: string]> = {
  "CSV with names and units": [
    '"X [m]","Y [m]","Z [m]",Red,Green,Blue,intensity,name\r\n1,2,3,255,0,0,7,"a, b"\r\n4,5,6.5,0,255,0,14,c\r\n',
    '"X [m]","Y [m]","Z [m]",Red,Green,Blue,intensity,name,label,confidence\r\n1,2,3,255,0,0,7,"a, b",5,0.1\r\n4,5,6.5,0,255,0,14,c,6,0.2\r\n',
  ],
  "semicolons, a mark of UTF-8 and no last line end": [
    "\uFEFFx; y; z; größe\n1; 2; 3; ä\n4; 5; 6.5; ö",
    "\uFEFFx; y; z; größe;label;confidence\n1; 2; 3; ä;5;0.1\n4; 5; 6.5; ö;6;0.2",
  ],
  "CloudCompare's names in a comment": [
    "//X Y Z Rf Gf Bf\n1 2 3 1 0 0\n 4  5  6.5  0 1 0 \n",
    "//X Y Z Rf Gf Bf label confidence\n1 2 3 1 0 0 5 0.1\n 4  5  6.5  0 1 0 6 0.2 \n",
  ],
  "CloudCompare's names, with the number of points behind them": [
    "//X Y Z R G B\n2\n1 2 3 255 0 0\n4 5 6.5 0 255 0\n",
    "//X Y Z R G B label confidence\n2\n1 2 3 255 0 0 5 0.1\n4 5 6.5 0 255 0 6 0.2\n",
  ],
  "a count of points as PTS has it": [
    "2\n1 2 3 -1000 255 0 0\n4 5 6.5 2000 0 255 0\n",
    "2\n1 2 3 -1000 255 0 0 5 0.1\n4 5 6.5 2000 0 255 0 6 0.2\n",
  ],
  "PTS of two scans, each with its count, as Leica Cyclone exports them": [
    "1\n1 2 3 -1000 255 0 0\n1\n4 5 6.5 2000 0 255 0\n",
    "1\n1 2 3 -1000 255 0 0 5 0.1\n1\n4 5 6.5 2000 0 255 0 6 0.2\n",
  ],
  "XYZ with tabs, comments and empty lines": [
    "# made by hand\n1\t2\t3\n\n4\t5\t6.5\n# end\n",
    "# made by hand\n1\t2\t3\t5\t0.1\n\n4\t5\t6.5\t6\t0.2\n# end\n",
  ],
  "decimal commas between semicolons, as Excel saves CSV in German": [
    "X;Y;Z;Name\r\n1;2;3;a\r\n4;5,0;6,5;b, c\r\n",
    "X;Y;Z;Name;label;confidence\r\n1;2;3;a;5;0,1\r\n4;5,0;6,5;b, c;6;0,2\r\n",
  ],
  "decimal commas between tabs, as Excel saves text in French": [
    "X\tY\tZ\tIntensity\n1,0\t2,0\t3,0\t7\n4,0\t5\t6,5\t14\n",
    "X\tY\tZ\tIntensity\tlabel\tconfidence\n1,0\t2,0\t3,0\t7\t5\t0,1\n4,0\t5\t6,5\t14\t6\t0,2\n",
  ],
  "decimal commas between spaces": [
    "1,0 2,0 3,0\n4,0 5,0 6,5\n",
    "1,0 2,0 3,0 5 0,1\n4,0 5,0 6,5 6 0,2\n",
  ],
  "decimal commas in quotes, as pandas writes them by to_csv(decimal=',')": [
    'x,y,z\n"1,0","2,0","3,0"\n"4,0","5,0","6,5"\n',
    'x,y,z,label,confidence\n"1,0","2,0","3,0",5,"0,1"\n"4,0","5,0","6,5",6,"0,2"\n',
  ],
  "ArcGIS's names of coordinates, not in the order x, y, z": [
    "OBJECTID,POINT_Z,POINT_X,POINT_Y\n1,3,1,2\n2,6.5,4,5\n",
    "OBJECTID,POINT_Z,POINT_X,POINT_Y,label,confidence\n1,3,1,2,5,0.1\n2,6.5,4,5,6,0.2\n",
  ],
  "ParaView's and VeloView's names of points": [
    '"intensity","Points_m_XYZ:0","Points_m_XYZ:1","Points_m_XYZ:2"\n7,1,2,3\n8,4,5,6.5\n',
    '"intensity","Points_m_XYZ:0","Points_m_XYZ:1","Points_m_XYZ:2",label,confidence\n7,1,2,3,5,0.1\n8,4,5,6.5,6,0.2\n',
  ],
  "names in a comment that is not the last one": [
    "# z x y\n# easting and northing in UTM\n3 1 2\n6.5 4 5\n",
    "# z x y label confidence\n# easting and northing in UTM\n3 1 2 5 0.1\n6.5 4 5 6 0.2\n",
  ],
  "a delimiter at the end of lines": [
    "easting,northing,height\n1,2,3,\n4,5,6.5,\n",
    "easting,northing,height,label,confidence\n1,2,3,5,0.1,\n4,5,6.5,6,0.2,\n",
  ],
};

for (const [kind, [file, answer]] of Object.entries(FILES)) {
  Deno.test(`readScan() reads, and writeScan() answers, text: ${kind}`, async () => {
    const scan = await read(file);
    assert.deepEqual([scan.format, scan.count], ["csv", 2]);
    assert.deepEqual(worldPositions(scan), [1, 2, 3, 4, 5, 6.5]);
    if (/Red|Rf|255/.test(file)) assert.deepEqual([...scan.colors!], [1, 0, 0, 0, 1, 0]);
    assert.equal(labelled(scan), answer);
    const isNamed = /x|easting/i.test(file);
    assert.deepEqual(scan.warnings.map(({ code }) => code), [
      ...(isNamed ? [] : ["columns"]),
      ...(file.includes("-1000") ? ["intensities-signed"] : []),
    ]);
    assert.deepEqual([...(await read(answer)).labels ?? []], isNamed ? [5, 6] : []);
  });
}

Deno.test("readScan() takes columns of text without names by their values", async () => {
  const said = async (...lines: string[]) => (await read(lines.join("\n"))).warnings[0]!.text;
  assert.match(await said("1 2 3 0.5", "4 5 6 1"), /taken as x, y, z, intensity\./);
  assert.match(
    await said("1 2 3 10 20 30 7", "4 5 6 1 2 3 8"),
    /x, y, z, red, green, blue, and 1 more was not read/,
  );
  assert.match(
    await said("1 2 3 -7 20 30 40", "4 5 6 1 2 3 8"),
    /x, y, z, intensity, red, green, blue\./,
  );
  // In PTS, which counts its points, the fourth column is the intensity.
  assert.match(
    await said("2", "1 2 3 10 20 30 7", "4 5 6 1 2 3 8"),
    /x, y, z, intensity, red, green, blue\./,
  );
  assert.match(await said("1 2 3 0 0.6 0.8", "4 5 6 1 0 0"), /x, y, z, nx, ny, nz\./);
  assert.match(await said("1,2,3,0,,0", "4,5,6,0,,0"), /x, y, z, and 3 more were not read/);
  assert.match(await said("1 2 3 9.5 400 2", "4 5 6 1 0 0"), /x, y, z, and 3 more were not read/);
});

Deno.test("readScan() takes the unit that the names of columns state, as Ouster's pcap-to-csv writes it", async () => {
  const unitsOf = async (header: string, row = "1000,2000,3000\n") => {
    const { units, warnings } = await read(`${header}\n${row}`);
    const names = units &&
      [units.horizontal, units.vertical].map((unit) => unit === "degree" ? unit : unit.name);
    return [names?.join(), warnings.map(({ code }) => code).join()];
  };
  const ouster =
    "# frame num: 0\n# TIMESTAMP (ns), RANGE (mm), SIGNAL, NEAR_IR, REFLECTIVITY, X (mm), Y (mm), Z (mm)";
  assert.deepEqual(await unitsOf(ouster, "1,2,3,4,5,1000,2000,3000\n"), [
    "millimetre,millimetre",
    "",
  ]);
  for (
    const [header, units, warnings = ""] of [
      ["X,Y,Z", undefined],
      ["X (m),Y (m),Z (m)", "metre,metre"],
      ["X [cm],Y [cm],Z [cm]", "centimetre,centimetre"],
      ["Easting (ft),Northing (ft),Elevation (ft)", "foot,foot"],
      ["x(US-ft),y(ftUS),z(US survey feet)", "US survey foot,US survey foot"],
      ["X (ft),Y (ft),Z (m)", "foot,metre"],
      ["X (°),Y (deg),Z (m)", "degree,metre"],
      ["X,Y,Z (m)", "metre,metre"],
      ["X (ft),Y (ft),Z", "foot,foot", "unit"],
      ["X (furlong),Y (furlong),Z (furlong)", undefined, "unit"],
    ] as const
  ) assert.deepEqual(await unitsOf(header), [units, warnings], header);
  for (const header of ["X (m),Y (ft),Z (m)", "X (m),Y (m),Z (deg)"]) {
    await assert.rejects(
      unitsOf(header),
      /header has coordinates in different units, X \(m\), Y .*convert/,
    );
  }
});

/** 60 points in places of no order, with what `more` says of each. */
function points(line: (place: number[], i: number, tone: number) => string): string {
  const next = mulberry32(3);
  const rows = Array.from({ length: 60 }, (_, i) => {
    const place = [next() * 9, next() * 9, next() * 9].map((value) =>
      Number(value.toFixed(3)) + 1e-4
    );
    return line(place, i, 40 + Math.floor(next() * 100));
  });
  return `${rows.join("\n")}\n`;
}

Deno.test("readScan() finds CloudCompare's colours behind a scalar field, with its points or without", async () => {
  const colours = async (line: Parameters<typeof points>[0]) => {
    const { colors, warnings } = await read(points(line));
    return [
      Math.round(colors![0]! * 255),
      Math.round(colors![2]! * 255),
      warnings[0]!.text,
    ] as const;
  };
  const tones = (tone: number) => `${tone + 20} ${tone + 9} ${tone}`;
  const behind = /taken as x, y, z, intensity, red, green, blue\. Write/;
  for (const field of [(i: number) => (i % 200).toFixed(6), (i: number) => i * 37 % 200]) {
    const [red, blue, text] = await colours((at, i, tone) =>
      `${at.join(" ")} ${field(i)} ${tones(tone)}`
    );
    assert.equal(red - blue, 20);
    assert.match(text, behind);
  }
  // Two scalar fields.
  const two = await colours((at, i, tone) => `${at.join(" ")} ${i}.5 ${-i} ${tones(tone)}`);
  assert.equal(two[0] - two[1], 20);
  // A class behind the colours, as before.
  const [red, blue, text] = await colours((at, i, tone) =>
    `${at.join(" ")} ${tones(tone)} ${i % 7}`
  );
  assert.equal(red - blue, 20);
  assert.match(text, /taken as x, y, z, red, green, blue, and 1 more was not read\. Write/);
  // CloudCompare counts points on demand, and its colours stay before the scalar field, unlike those of PTS.
  const counted = await read(
    `60\n${points((at, i, tone) => `${at.join(" ")} ${tones(tone)} ${i * 37 % 200}`)}`,
  );
  assert.match(counted.warnings[0]!.text, /taken as x, y, z, red, green, blue, and 1 more/);
  // Nothing tells: the warning says so.
  const doubt = await colours((at) => `${at.join(" ")} 10 20 30 40`);
  assert.match(doubt[2], /Columns 5 to 7 may be the colours as well/);
});

Deno.test("readScan() takes colours without names as fractions and with 16 bits", async () => {
  for (
    const channel of [
      (value: number) => (value / 255).toFixed(4),
      (value: number) => `${value * 257}`,
    ]
  ) {
    const { colors, warnings } = await read(
      points((at, _, tone) => `${at.join(" ")} ${[tone + 20, tone, 255].map(channel).join(" ")}`),
    );
    assert.equal(Math.round((colors![0]! - colors![1]!) * 255), 20);
    assert.match(warnings[0]!.text, /taken as x, y, z, red, green, blue\. Write/);
    // Normals of a floor look like bytes.
    const floor = await read(
      points((at, _, tone) =>
        `${at.join(" ")} ${[tone + 20, tone, 255].map(channel).join(" ")} 0 0 1`
      ),
    );
    assert.deepEqual(floor.colors, colors);
  }
});

Deno.test("readScan() takes no intensity, ring and number of an echo for colours", async () => {
  for (const strength of [(tone: number) => `${tone * 20}`, (tone: number) => `${tone / 255}`]) {
    const { colors } = await read(
      points((at, i, tone) => `${at.join(" ")} ${strength(tone)} ${i % 2} 1`),
    );
    assert.equal(colors, null);
  }
});

Deno.test("readScan() takes a column i for intensities, and not where it counts points or rows, as an index of pandas does", async () => {
  const intensityOf = async (header: string, line: Parameters<typeof points>[0]) =>
    (await read(`${header}\n${points(line)}`)).intensity;
  assert(await intensityOf("x,y,z,I", (at, _, tone) => `${at},${tone}`));
  assert(await intensityOf("x,y,z,i", (at, i) => `${at},${i / 60}`));
  assert((await read("x,y,z,i\n1,2,3,7\n4,5,6,8\n")).intensity);
  assert.equal(await intensityOf("i,x,y,z", (at, i) => `${i + 1},${at}`), null);
  assert.equal(await intensityOf("i,x,y,z", (at, i) => `${7 * i},${at}`), null);
  assert.equal(await intensityOf("i,j,x,y,z", (at, i) => `${i % 8},${i >> 3},${at}`), null);
  assert.equal(await intensityOf("x,y,z,i", (at, i) => `${at},p${i}`), null);
  assert(await intensityOf("i,x,y,z,intensity", (at, i, tone) => `${i},${at},${tone}`));
});

Deno.test("readScan() refuses numbers of points and places in a grid before x, as PNEZD and Helios have them", async () => {
  const helios = points((at, i) => `${Math.floor(i / 10)} ${i % 10} ${at.join(" ")} 1 2 3`);
  await assert.rejects(read(helios), /row and the column of a grid .*'row column x y z'/);
  const pnezd = points(([x, y, z], i) => `${i + 1},${5.4e6 + y!},${512e3 + x!},${z},GND`);
  await assert.rejects(read(pnezd), /first one counts the points .*'number x y z'/);
  assert.equal((await read(`number,y,x,z,code\n${pnezd}`)).count, 60);
  // A raster of heights, whose x runs along each row.
  const raster = Array.from({ length: 600 }, (_, i) => `${i % 300} ${Math.floor(i / 300)} 7.25 3`);
  assert.equal((await read(raster.join("\n"))).count, 600);
});

/** Text in UTF-16, its mark included. */
function utf16(text: string, isLittle: boolean): Uint8Array {
  const view = new DataView(new ArrayBuffer(2 * text.length));
  for (let i = 0; i < text.length; i++) view.setUint16(2 * i, text.charCodeAt(i), isLittle);
  return new Uint8Array(view.buffer);
}

Deno.test("readScan() reads, and writeScan() answers, UTF-16, as Excel saves Unicode Text", async () => {
  const head = "\uFEFFX\tY\tZ\tName\r\n";
  for (const isLittle of [true, false]) {
    const file = utf16(`${head}1,5\t2\t3\tTür 🚪\r\n4\t5\t6\tBäume\r\n`, isLittle);
    const scan = await readScan(file, "x.txt");
    assert.deepEqual(worldPositions(scan), [1.5, 2, 3, 4, 5, 6]);
    assert.deepEqual(
      writeScan(scan, { labels: Uint8Array.of(5, 6), confidence: Float32Array.of(0.5, 1) }),
      utf16(
        `${head.trimEnd()}\tlabel\tconfidence\r\n1,5\t2\t3\tTür 🚪\t5\t0,5\r\n4\t5\t6\tBäume\t6\t1\r\n`,
        isLittle,
      ),
    );
  }
  await assert.rejects(
    readScan(utf16(`${head}1\t2\t3\ta\r\n4\t5\r\n`, true), "x.txt"),
    /line 3 has 2 values where the header names 4/,
  );
  // Blocks of a large file, and what its beginning promises.
  const long = utf16(`\uFEFFx,y,z\n${"1,2,3\n".repeat(200_000)}`, true);
  assert.equal((await readScan(long, "x.csv")).count, 200_000);
  assert.equal(scanMemory(long, "x.csv").points, 200_001);
  const early = scanMemoryByStart(long.subarray(0, 2 ** 16), long.length, "x.csv")!;
  assert(Math.abs(early.points - 200_000) < 20, `${early.points}`);
});

Deno.test("writeScan() keeps the labels that a text came with, numbers or names", async () => {
  const text = "x,y,z,label,confidence\n1,2,3,7,0.9\n4,5,6,2,0.8\n";
  const scan = await read(text);
  assert.deepEqual([[...scan.labels!], scan.labelNames], [[7, 2], undefined]);
  assert.equal(
    labelled(scan),
    "x,y,z,label,confidence,label_original\n1,2,3,5,0.1,7\n4,5,6,6,0.2,2\n",
  );
  const names = await read(
    "x y z label quality confidence\n1 2 3 chair 1 0.5\n4 5 6 Tür 2 0.5\n7 8 9 chair 3 0.5\n",
  );
  assert.deepEqual([[...names.labels!], names.labelNames], [[0, 1, 0], {
    "0": "chair",
    "1": "Tür",
  }]);
  assert.equal(
    labelled(names).split("\n")[0],
    "x y z label quality confidence label_confidence label_original",
  );
  assert.equal(labelled(names).split("\n")[2], "4 5 6 6 2 0.5 0.2 Tür");
  assert.equal(labelled(names, { keepLabels: false }).split("\n")[3], "7 8 9 7 3 0.5 0.3");
});

Deno.test("readScan() leaves out points of text without a position", async () => {
  const scan = await read("x,y,z,intensity\n1,2,3,4\n,5,6,7\nnan,8,9,1\n4,5,6,2\n");
  assert.deepEqual([scan.count, scan.leftOut], [2, [1, 2]]);
  assert.deepEqual(labelled(scan).split("\n").slice(1, 5), [
    "1,2,3,4,5,0.1",
    ",5,6,7,255,0",
    "nan,8,9,1,255,0",
    "4,5,6,2,6,0.2",
  ]);
});

Deno.test("readScan() names line and byte where a text is wrong", async () => {
  for (
    const [text, message, offset] of [
      ["x,y,z\n1,2,3\n4,5\n", /line 3 has 2 values where the header names 3/, 12],
      ["1 2 3\n4 5 6\n7 8 9 1\n", /line 3 has 4 values where the first point has 3/, 12],
      ["x;y;z\n1;2;3.5\n4;5,5;6\n", /line 3 has '5,5' where a number belongs .* with a point$/, 16],
      ["x;y;z\n1;2;3,5\n4;5.512,5;6\n", /line 3 has '5\.512,5' where .* all with a comma or/, 16],
      ["3\n1 2 3\n4 5 6\n", /line 1 counts 3 points, and 2 follow/, 14],
      ["1\n1 2 3\n2\n4 5 6\n", /line 3 counts 2 points, and 1 follow/, 16],
      ["2\n1 2 3\n1\n4 5 6\n", /line 1 counts 2 points, and 1 follow/, 8],
      ["1 2 3\n1\n4 5 6\n", /line 2 has 1 values where the first point has 3/, 6],
      ["//X Y Z\n1\n1 2 3\n4 5 6\n", /line 2 counts 1 points, and 2 follow/, 8],
      ["hello\nworld\n", /none of LAS.*: line 1 is 'hello', and no line of numbers follows/, 0],
      ["a,b,c\n1,2,3\n", /none of LAS.*: line 1 is 'a,b,c', which does not name x, y and z/, 0],
      ["# Höhen\na b h\n1 2 3\n", /: line 2 is 'a b h', which .* 'x,y,z'/, 9],
      ["1 2\n3 4\n", /none of LAS.*: line 1 is '1 2', which has no three columns/, 0],
      ["x y z\n", /none of LAS.*: line 1 is 'x y z', and no line of numbers/, 0],
      ["# Höhen\n", /: line 1 is '# Höhen', and no line/, 0],
      ["x,y,z\nm,m,m\n1,2,3\n", /: line 2 is 'm,m,m', where numbers belong/, 6],
      ["x,y,z\n1,5,2,5,3,5\n", /not as many columns as line 2 has values/, 0],
      ["lon,lat,alt\n7,47,400\n", /names degrees of longitude and latitude .* such as UTM/, 0],
      ["Latitude;Longitude;Height\n47;7;400\n", /names degrees of longitude and latitude/, 0],
      ["\n\n", /none of LAS.*\.bin\) \(byte 0\); convert it/, 0],
    ] as const
  ) {
    await assert.rejects(read(text), (error: Error & { offset: number }) => {
      assert.equal(error.name, "ScanError", error.stack);
      assert.match(error.message, message);
      assert.equal(error.offset, offset, error.message);
      return true;
    });
  }
});

Deno.test("scanMemory() counts the points of text, and its beginning promises no more", () => {
  const next = mulberry32(1);
  const lines = Array.from({ length: 9000 }, () => `${next()},${next()},${next()}\n`);
  const bytes = bytesOf(`x,y,z\n${lines.join("")}`);
  const memory = scanMemory(bytes, "x.csv");
  assert.equal(memory.points, 9001);
  assert.equal(memory.readingBytes, 9001 * 36);
  const early = scanMemoryByStart(bytes.subarray(0, 2 ** 16), bytes.length, "x.csv")!;
  assert(early.points <= 9000 && early.points > 7000, `${early.points}`);
});

Deno.test("scanMemoryByStart() takes no line that is cut at its end for a wrong one", () => {
  const line = `1 2 3 ${"0.123456789 ".repeat(60)}9\n`;
  const bytes = bytesOf(line.repeat(500));
  assert(scanMemoryByStart(bytes.subarray(0, 2 ** 16), bytes.length, "x.xyz"));
});

Deno.test("readScan() survives damaged text", async () => {
  const next = mulberry32(2);
  for (const [file] of Object.values(FILES)) {
    const bytes = bytesOf(file);
    for (let i = 0; i < 60; i++) {
      const damaged = bytes.slice(
        0,
        i % 3 === 0 ? Math.floor(next() * bytes.length) + 1 : undefined,
      );
      for (let n = 0; n < 3; n++) {
        damaged[Math.floor(next() * damaged.length)] = Math.floor(next() * 128);
      }
      await readScan(damaged, "x.csv").then(
        (scan) => labelled(scan),
        (error) => assert.equal(error.name, "ScanError", error.stack),
      );
    }
  }
});
