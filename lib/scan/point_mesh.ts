/**
 * A scan as loaders.gl hands meshes on, for the loaders of ours that stand in for its own.
 *
 * @module
 */

/** Named attributes with their width, beside what the loader knows of the file. */
export interface PointMesh<Loader extends string, Data, Attributes> {
  loader: Loader;
  loaderData: Data;
  schema: { fields: never[]; metadata: Record<string, string> };
  header: { vertexCount: number };
  topology: "point-list";
  mode: 0;
  attributes: Attributes;
}
