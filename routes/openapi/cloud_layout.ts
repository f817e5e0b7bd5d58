/**
 * The binary layout of a cloud for display, as `lib/serving/files/cloud.ts` writes it, in words for the document.
 *
 * @module
 */

/** A table in Markdown. */
export const CLOUD_LAYOUT = `Numbers are little-endian, without padding:

| type      | content                                                                          |
| --------- | -------------------------------------------------------------------------------- |
| u8[4]     | \`TKC2\`                                                                         |
| u32       | M, number of points in the answer                                                |
| u32       | N, number of points of the scan                                                  |
| u32       | K, number of classes: the highest label plus one                                 |
| u32       | C, colour channels: 3, or 0 for a scan without colour                            |
| u32       | I, 1 where the scan has intensities, else 0                                      |
| u32       | L, 1 where the scan came with labels, else 0                                     |
| u32       | O, 1 where the result has objects, else 0                                        |
| u32       | R, bytes of the report                                                           |
| f64[3]    | origin, in the units of the scan                                                 |
| f32[3]    | least x, y, z of all N points, relative to the origin                            |
| f32[3]    | greatest x, y, z                                                                 |
| u32[K][K] | number of points to which the source model gave class i and the result class j   |
| f32[M][3] | positions relative to the origin                                                 |
| u32[M]    | row in the client's file, from 0, by which corrections name a point              |
| u32[M][O] | object that the point belongs to, from 1; 0 for none                             |
| u8[M][C]  | colour, 255 for full intensity                                                   |
| u8[M][I]  | intensity, 255 for full                                                          |
| u8[M][L]  | label that the scan came with; 255 where it is none of 0 to 254                  |
| u8[M]     | class by the source model                                                        |
| u8[M]     | class in the result                                                              |
| u8[M]     | confidence, 255 for 1                                                            |
| u8[R]     | the report, JSON in UTF-8                                                        |
| u8[]      | to the end: the card of the student that labelled, JSON in UTF-8                 |

Any first part of the points is spread evenly over the scan.`;
