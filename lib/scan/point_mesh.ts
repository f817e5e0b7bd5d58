/**
 * The form in which loaders.gl returns meshes, for our own loaders.
 *
 * @module
 */

/** The named attributes of a mesh of points, and what the loader knows about the file. */
export interface PointMesh<Name extends string, Data, Attributes> {
  loader: Name;
  loaderData: Data;
  schema: { fields: never[]; metadata: Record<string, string> };
  header: { vertexCount: number };
  topology: "point-list";
  mode: 0;
  attributes: Attributes;
}
