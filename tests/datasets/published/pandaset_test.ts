import assert from "node:assert/strict";
import { DatasetError } from "../../../lib/datasets/mod.ts";
import { PUBLISHED } from "../../../lib/datasets/published/mod.ts";
import { readPandasTable } from "../../../lib/datasets/published/pandas_table.ts";
import { assertSees, type Files, greyPng, withFiles } from "./support.ts";

const pandaset = PUBLISHED["pandaset"]!;

/**
 * `to_pickle` of pandas 1.5.3 of the points (10.5, 20, 1), (12, 21, 2), (14.25, 22.5, 0.5) with intensities 0, 51 and 255, and
 * with the state that pandas 0.25 writes.
 */
const TABLES: Readonly<Record<string, string>> = {
  "pandas 1.5, protocol 4":
    "H4sIAAAAAAAC/21TzYoUMRDunj9/cVlEHUE8CMII0hfXPxBmcUVYG2dh70tId2emm+1ON0manREHxsOOu5Dblgd9Ex/Bsy+wj+AbaCXdjTO6BU" +
    "lVJZXk+6oqi86XeduxojcLyiMqvTAXzBsLmjHQV95QRd9a+wwefYI5DHSHZBMB+v5qeMIVE5ym0ssopxMmJOjrr9M8PHxf+Xhc365PkDQJ5N8j" +
    "oDdIyYskPEwZCcwZE3yLl1kxq27PylQlVAg6w1uJYGHOpRJlqExg1waCvoR325Az8J1j2HED+Az7MPBdv+u3lxBv6G6kZoVholvjF3B6Uu23tf" +
    "sKRqPRu98odvIdBcHpzrRKzMPtSg8qvXhc+1u1flqvP6v9X8NKO7V/3viVLHar9fN8+9tXI9+Hlf4xfGLl5xDweX05KBOkzTE/XZkmIbPEkItr" +
    "YPstM8fX4hvxpqEb32zIupZsX7eSFYrxvYsI9htMrrMuBkD8AN/qrb62hAMsf3+97hGbMukFVGK3XCWcHZFds4Zg4+e629i2byLsJfgfcO/Ywt" +
    "1bq8jHfyoyNIDN8+4UtIvldj/gSHAoHBEwk7ION406KpcmNS/13YuQCsonBuq+0Svw4r0R5llRoTDLuiNVXgACQYOh4do7mZmw/7GL8GsYOs03" +
    "IRlT1PI7wHJRpfADzEH3yDilE2veoWmaH0kSlQUWkypGUhow7P4TWQbeHy7nuiGIAwAA",
  "pandas 1.5, protocol 5":
    "H4sIAAAAAAAC/20T22rUQHSzNy8tXgrW9qVvQgRZkKr4IKRYEWpwC30vwySZbEKTSZiZ0K1YWB+6tjBvHov6J36Cz/5AP8E/0DOTFLOlB2bOOT" +
    "PnfpkNvn7rdSzo+yXlEZWjsBBsFAuaM9C33lBF31r6Czz+BMfg6j7JJwL0Rls85YoJTjM5yimnEyYk6OXXWREevK95VNerjQbJ0kD+VwF9l1S8" +
    "TMODjJHA6BjhFV7l5VFtHUkm0hD0EolFkQdVHFuL7vm004ZHWzV2azx70vDPGvy8eX/R8H+8RrHhL7wFc7Od+v2i2Prx3cBPr8a/vE0Lvz3QAx" +
    "sn4kgdlaZKuhu/hLPTz7AHrt/TzisYj8fv/iLYy+8oCPyB35uDdrZBoZi+GVRpplKOpRjILA2NGb+DQo6x4nfNnSwld9zztc4iOFd4SFZ0N235" +
    "T1av8e4Y78m68Z1soJth29Ec9rHJa4vdjdiUyVFAJc7EbcLZIdkxbxhn8lQPLmk7HRFODOgHrfblFSZHhaBYpmUiWFhwqUQVKqN+T99AR/bTJH" +
    "0C204AdfCOPzyxCe0uFPTjlYJ6mNKZidmZYknRh/MBT4pH4YmA4b/uczPD42puct7U69elJyifmPz2DG7llOyOsS+KCoUB6r5URQkYCBIMCcfa" +
    "ZObC1cAhwK0xNbjcIJIzRW1R9rG9VCncjWPQQxJndGLJhzTLikNJoqrE5lPFSEYDhotxKqtg9A+KbEMMowMAAA==",
  "pandas 0.25, protocol 2":
    "H4sIAAAAAAAC/3VUWVfTQBRO2YS477giuA0KlSoqrkVUFKNVxy0uNU7Sgam2ab9kouKx5+ADIA8++aRP/gRffYUfppNJ6gGX6Tm5udvX+925Nz" +
    "MtXp35JRZmvVrAs5MBq3LzCpNsXL/B6P+ATAMtxG43DMMpKQ9aV6SUfckDn1XCbJX5bIoHoTlWqXmvbiWaiTYF0U6K6CB/5JX4Wx5mXRZy0/H5" +
    "G2citphY9f+wNKKzgS5it6mCdD2m50fV+nQSX40qssyCgE2bTsC9mh/KIPKkidVJlKmgtRdrLGMWaz3Hq5W4F5rcj19MrLMzCtjFertDyQqTZT" +
    "+HDXPYSLFpHpspthArY3XMYmsKWJLTdZW3zW5R8bdHsH3h4zy6KXYQq1VjvcfOQqFw46c6+mHlJXa5C0XsJtr/Fnu0nMZeLd+hR8sy9mkp0atl" +
    "CX1cYr+rmfvqenCgEM3hIMUh8e+mBcyf4iaNn2nrDjdAiDhQ0NcZShZI9FuGRgxlrY4jquZE4XUctTIKf4BikBeRJWK10D07JlQjhihycSPard" +
    "Y5HBcJ+8kRnIjZD1OcbLI/j1Mr2Ss+p90Fsc7+ZDTPwdFEkkQuzgykhuFUnmw6TqWGpe/5NLdp+JY3lp/FmYnR1FEbXfy6+OX370d+ubq0kD+h" +
    "z9LnPEaEuugzFGclzrlNuudjuhcoLsZ0MzHdfEq3PILRmO4lijFFV/xN9LIm2r2sroyx8uBK/J9XKcYlrrmqz9eJWCXUhE8QYTZLuBGXYFHc1B" +
    "2fxS2xQ41PgYg9Yq/oEftErxqM267Q83CH4m4CQZdB3Ish7lM80Cxm8VBDPBJ9TMJOMx9TPOENPNWTP5TNDWdzeNZAMdk1piYKz4twiDgkBrkO" +
    "cuNND/GiCEYacIk2vmaVSIV6Imd3KrU6FTgqLETJcxw3Kqv99B3HDCtlT60Ntww1Q5l5TFJMRQ0IIjxxUZQEV+aO2FGmeBnxKJR4lYy+oxYOFb" +
    "sr3X/9zUJV606VS6Y/Cn4RtcjN/gKk53gm4AQAAA==",
  "pandas 0.25, protocol 4":
    "H4sIAAAAAAAC/3UTTWsTQTTTZNP6UaRgsb0UPFRTKUuLrQoKCVYKNRih97LMJtO81ewmzM5qIhbiodXC3Po86D/xJ3gWPPcn+A/0zcwuJBof7L" +
    "6ved/vjSuff5ZLFvTSgCcdnvrtvhT+seSxQH3lGVd839IXuPEBT7CmvaBDQtRrk++jRAmZ8F7qxzzhXSFT1Nef9vrt1y8c7+xrR+RgZdqwI4Yi" +
    "9UOeUryrQSLeBgdGRgZwTXsFbSJXXODlJIsHI2ceZz0VcSn5iOIFUrT7Sapk1lZkoj37EPU8hbNPLrBZOsU9FuJHPMRakzWrpwjL2uuo0cCUqO" +
    "dePsLzT05b1uw9tlqt578J7K9ZVxiemxrYEDUj1+wdfRF9ir4OCtLrSmL61crOyAss6tVZ5UqedE29hwZP1AibLe2liktFqepKqvoDpESIEEQw" +
    "61NQAnATbplaYLWoxGuWzxDW9NzxVAVP/qqgZCrYG7qZrzccrjk83sz5nRzv5vIHOf+r7nAp5y8L3sH4wMkv+42vXwx8qzv8vX7fwo86Uvh/c2" +
    "dF7tFE7tCYlflKEYyVpsF4tp1ZhBumkUszWkTMbTM+WIc7cBdqsGEGRj3PZ/VfS5Zbwj0+YSBOUFe3/O0df9vtJ6fRovHvw0Ohq6HZfysw2uob" +
    "3stID4/1QtyVASnpSBbCLKIVToj00l7UFnZJaZrMxM5MPhHswyuISVbNpSJL7aIFtLZ0pOYsioMNYqG4vZMjzEL/D0muOKzhAwAA",
  "columns of several types":
    "H4sIAAAAAAAC/4VT3WvbMBC3ErvdR1kpY1sKYw+DQQYjT93Wh0LCOsY60wz6OoKRbSU2sWUjybQZK2QP7VrQW2//3/6T7SQ7NN0yqmDdnXIfP+" +
    "l+N3d/bruOXXqrpDymshcVgvXGguYM9N33VNEPVr+Cl9/hFLraDfKJAP1s2T3liglOM9nLKacTJiTojXdZEU0PaxvDu/pxExJkaSivY0BvBhUv" +
    "02iasSA0QeitH/EqL2d1+rzKVEqFoDNMGwgWFVwqUUXKOHrWEfQ65rYuV+A7Z7BPQvgBR9D1Cf7a55Bsai9Ws9JcRbfGO3B5Uf/f1mQPhsPhp9" +
    "+47OY7CsLL/Q3HmffxaQb49QGP9J2wShEKR8yezNLI5PLbvusTk8pvmT25nzxItgyE5OECQNsC6GDZ3euyydNVRT/W7XgxqGW3lvNXjb3TyNfN" +
    "+ZvGbtb8oLZ/FQMDeAWSM4sjvRVHZ5Gy1UivkSbv/29aP/XbpXji3FwW13N0bN32amTxap93l5v17a9m9Q3eEfKLUNDYdU0iYHUR1/eWiygwbp" +
    "2bzI3ZCZO9kErk+72As+PgwJxhZ5Mv2lvolvkxTgP8i3MNjcMawQlWj/FDPpKvoF1ux4ikNaDpsDo3dx3p7VUYBOUTA+LIyKXCGId0U1QoZLZ2" +
    "pSpKZJ1RGCrE5mRmw9lEguPYGqCLEQ5ypqhFPkLWUqVwOE9BrwXjjE6s+oRmWXEsg7gqkdNUsSCjIcPBvJBV2PsDWO7GPSQEAAA=",
  "column after column":
    "H4sIAAAAAAAC/21SS2vcMBC2d719BtIG+rr0FrqFsqc29FBI+iCQmrqQe1BlW941kWUjyeRBAulh0wTm1ml/X35C/0E7kh26WyqwvrE032i+mT" +
    "kb/VgdBn7B/YarnJtJVmsxKTSvBMLtD9zybW9/x+df8RTHELFqqhGeLrqXygqtuDSTiis+FdogrLyTdbb/qfsnOjzsGUyWqflLQVhlrWrKbF8K" +
    "ljqOc15TbdUcddHJFLrMEO6yQtdV2haFjzj++SVYXOtbHb7s8dfm0nUw7s9f9Rh0eLbT44seN/r7q45/VW8hjHw+hLk9alw1YFC8xsuLb7iL43" +
    "gI4RtMkuTjb1p+iwOLaRzFw3OEcBstucGttC2lLRVJHhlZZi5MHJBT6KLEA7fPcY9q/Hi5uLk4FGaSckMtucOUOGA77ozos3UYXdu+OTk1DOHB" +
    "QvWqlt7kWnPKfoVpkdXKWN1m1tHvwU16yF+6XOb4Pkyx0xTG0RxnazD4vKTz5B+dm6Tz0uUcHpJSeiM8pq9EQecQKTc6SXtO7NkzePI/WZqrqd" +
    "O163BBy+xtQmWyXFtKDCJj6wYpATIEGaGPKdxGE0k9oWF12q8Hl1XCcl+MPao2t5ZG8hThBiskn3rzEZeyPjAsbxvqBbeCSZ4KmscL06aTP6EA" +
    "PpYaAwAA",
  "column after column, protocol 2":
    "H4sIAAAAAAAC/3VT23LTMBB10gtU3K/lfi+4UAKFthQopJRSCB7CjJ/80tHIjhJ76tg+ljxtGDJTHpq0f8En8A3wYaDIznTKgB50Vtrdo9XRar" +
    "vsJSxqMFHx4pRXmilrc7LKJFvTFozpbyh1UTadUcMwaLuVYuRARhBJnkYsFJU2i1iLp4KshLG38SlfEYwOw2kYuGI/ntAsSgJvI+TUHSQQjHlR" +
    "1k46OW87C2XA0pR1CE25F0dCppknCcbzKKI4tReHLGMHhz3qxQ3uCcKjgUEw4ZRUxS6IM64wZDKIZnGkh6M2jvVx3MYJ0ypZo9ZIDycLyobsJC" +
    "rzlFNWGc1FnN7b7eOMjbOmNaLZlnCuXq9//K2GnixD4ry76084TWM4ppZznCvw14+qcWCYhWO+QCPHn9u1oTEzNBaGHN+rBcbLmPTVLS7YuChx" +
    "yfUodbNASRVRSkQYeKr+y5ah7lXq44qNq1a5j2s2ru/gxjpumn+9XYNvcVFxmeCERnyT1gY7BLf+H1ZE3O7iTt4TDdUsmPLHff0Od30l7j0bph" +
    "Z3B9N+rubnRdwfqPnAxsxQza94eFDNqkTF3VvHI1P7t/BYYwezGr/gicYAT7nEnKuPj1SbYr6e9bBg45n/78pTFrU4sQdzUf9iF89Nf77ujCkO" +
    "IVkq8cIyNKOQcYKXqsZ8wRMsWSXF/8rGa95D1cZy/hlUt+CNM1FooL8OVvSatrlkWpi361jVZzApU4F3XazpfqTNkLUE3nfxwZkcuMMw3hS0kS" +
    "XqDZnkNGQuDwVquyJzK38AQqF27KYDAAA=",
};

/** The classes 7, 41 and 0, likewise. */
const CLASSES =
  "H4sIAAAAAAAC/21S32vUQBDOXe+slmIpol5ffO5RyLMPhUIrgh5G6HtZJsn2ErrZhN0N9cCCPrS2MG8dX/1XdWbP1p50ApPZ7Pz4vi/zbfTz1z" +
  "CJhtsd2BJ8WrROp6cOGk347B0EeB/jW5p+pwvaxZFq5o7wzcP02gbtLBifNmBhrp0n3Dw0bXH2aXnmcnz1t0KZOvf/Sgi3VG+7ujgzWuVSI8kv" +
  "bd90i2X3pjehBudgwV2V00VrfXB9ESRxHBMJ17l3TLmlWXJJR4OcftAx7c4G/KxdUbWF4zIsOmGCw/ot3Vwv79dwsE9Zln38zRbdLAmU3xxN1p" +
  "fKJNNk1Yiv8Wne1wzLMv6xN3Wh42CZJm1nQ/GXdMKCTVaVKvUX7dMcPOu7oaw+Vx/kG5dXUxzfxVHpktWn6nm1LYyqF/d8+DDB4ecVDl//43Ag" +
  "HE4YXGHAewLBPLLyJ7P+iouqPdx5DJgDOxdkx/J+gKbaz5hoABeYJo58aDviuRxoDgaxpxbHC8Iy8+4I+rs9Uo0OEOkIJAiBN+SC8Ik6NTCP4W" +
  "swpj33quw7VhOCVgZyzetx7fs8/QNkXbOYqQIAAA==";

/** A camera at (10, 20, 1) of the sequence, which looks along its x axis. */
const LOOKS_ALONG_X = {
  position: { x: 10, y: 20, z: 1 },
  heading: { w: 0.5, x: -0.5, y: 0.5, z: -0.5 },
};

function sequence(name: string): Files {
  const poses = JSON.stringify([LOOKS_ALONG_X]);
  return {
    [`${name}/lidar/00.pkl.gz`]: Uint8Array.fromBase64(TABLES["pandas 1.5, protocol 4"]!),
    [`${name}/lidar/poses.json`]: JSON.stringify([
      { position: { x: 10, y: 20, z: 2 }, heading: { w: 1, x: 0, y: 0, z: 0 } },
    ]),
    [`${name}/annotations/semseg/00.pkl.gz`]: Uint8Array.fromBase64(CLASSES),
    [`${name}/annotations/semseg/classes.json`]: "{}",
    [`${name}/camera/front_camera/00.jpg`]: greyPng(8, 4, 7),
    [`${name}/camera/front_camera/poses.json`]: poses,
    [`${name}/camera/front_camera/intrinsics.json`]: '{ "fx": 7, "fy": 7, "cx": 4, "cy": 2 }',
    [`${name}/camera/front_camera/timestamps.json`]: "[0]",
  };
}

for (const [kind, text] of Object.entries(TABLES)) {
  Deno.test(`tables of pandas are read (${kind})`, () => {
    const table = readPandasTable(Uint8Array.fromBase64(text), "00.pkl.gz");
    assert.deepEqual(
      ["x", "y", "z", "i"].map((name) => [...table.get(name)!]),
      [[10.5, 12, 14.25], [20, 21, 22.5], [1, 2, 0.5], [0, 51, 255]],
    );
    if (table.has("d")) assert.deepEqual([...table.get("d")!], [0, 1, 0]);
    assert.equal(table.has("name"), false, "text is no column of numbers");
  });
}

Deno.test("damaged tables are refused with their path, wherever they are cut", async () => {
  const packed = Uint8Array.fromBase64(TABLES["pandas 1.5, protocol 4"]!);
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  const whole = new Uint8Array(await new Response(stream).arrayBuffer());
  for (const bytes of [packed, whole]) {
    for (let length = 0; length < bytes.length; length += 7) {
      assert.throws(
        () => readPandasTable(bytes.subarray(0, length), "lidar/00.pkl"),
        (error) =>
          error instanceof DatasetError && /^Cannot read lidar\/00.pkl: /.test(error.message),
        `cut to ${length} bytes`,
      );
    }
  }
});

Deno.test("PandaSet is read as it is downloaded", async () => {
  const names = ["001", "002", "003", "005", "011"];
  const files = Object.assign({}, ...names.map(sequence), {
    "004/lidar/poses.json": "[]",
    "LICENSE.txt": "",
  });
  await withFiles(files, async (root) => {
    const dataset = await pandaset.open(root);
    assert.deepEqual(
      (["train", "validation", "test"] as const).map((split) => dataset.count("pandaset", split)),
      [4, 1, 1],
    );
    assert.match(dataset.warnings![0]!, /^1 of 6 sequences of PandaSet in .* no annotations/);
    const { id, scan, photos, cameras } = await dataset.scene("pandaset", "test", 0);
    assert.equal(id, "011/00");
    assert.deepEqual(scan.origin, [10, 20, 2]);
    assert.deepEqual([...scan.positions], [0.5, 0, -1, 2, 1, 0, 4.25, 2.5, -1.5]);
    assert.deepEqual([...scan.intensity!], [0, ...Float32Array.of(0.2), 1]);
    assert.deepEqual([...scan.labels!], [6, 40, 255]);
    assert.deepEqual([dataset.classes[6], dataset.classes[40]], ["Road", "Building"]);
    assert.deepEqual([photos.length, photos[0]!.pixels[0]], [1, 7]);
    // A point one metre to the left of the axis and one above it, in the scan's coordinates.
    assertSees(cameras[0]!, [4, 1, 0], [4 - 7 / 4, 2 - 7 / 4]);
  });
});

Deno.test("PandaSet: a sequence is in one part, whichever others are downloaded", async () => {
  const partsOf = async (names: readonly string[]) => {
    let parts: [train: number, test: number, warnings: readonly string[]] | undefined;
    await withFiles(Object.assign({}, ...names.map(sequence)), async (root) => {
      const dataset = await pandaset.open(root);
      const [train, test] = (["train", "test"] as const).map((split) =>
        dataset.count("pandaset", split)
      );
      parts = [train!, test!, dataset.warnings!];
    });
    return parts!;
  };
  assert.deepEqual(await partsOf(["002", "011"]), [1, 1, []]);
  // Five sequences, none of which is held out.
  const [train, test, [empty, ...others]] = await partsOf(["001", "002", "003", "005", "013"]);
  assert.deepEqual([train, test, others], [5, 0, []]);
  assert.match(empty!, /none of the sequences 011, 019, 028 and 12 more .* test parts are empty/);
  const [none, held, [warning]] = await partsOf(["019", "149"]);
  assert.deepEqual([none, held], [0, 2]);
  assert.match(warning!, /the training part is empty without another\.$/);
});

Deno.test("PandaSet: what is missing is named", async () => {
  const files = sequence("001");
  delete files["001/camera/front_camera/poses.json"];
  await withFiles(files, async (root) => {
    const dataset = await pandaset.open(root);
    await assert.rejects(
      dataset.scene("pandaset", "train", 0),
      (error) => error instanceof DatasetError && /front_camera\/poses\.json/.test(error.message),
    );
  });
  await withFiles({ "notes.txt": "" }, async (root) => {
    await assert.rejects(pandaset.open(root), /Cannot find sequences in .* folders such as 001/);
  });
  await withFiles({ "001/lidar/poses.json": "[]" }, async (root) => {
    await assert.rejects(pandaset.open(root), /no sequence has annotations\/semseg/);
  });
});
