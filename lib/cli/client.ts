/**
 * A client of our own server, for the commands `demo` and `real`: what they show has gone over HTTP.
 *
 * @module
 */
import type { NamedFile } from "../scan/mod.ts";
import type { ScanReport } from "../segment/report/report.ts";

/** A scan with what belongs to it, as it is sent. */
export interface Submission {
  scan: NamedFile;
  images: readonly NamedFile[];
  /** Text of `cameras.json`; left out where there are no images. */
  cameras?: string;
  options: Record<string, unknown>;
}

/** An answer with an error status. */
export class ServerError extends Error {
  override name = "ServerError";
}

/**
 * Posts a scan, and returns its labelled file with the report.
 *
 * @throws {ServerError} with the detail of the server's problem report.
 */
export async function labelledFile(
  url: string,
  submission: Submission,
): Promise<{ bytes: Uint8Array; report: ScanReport }> {
  const response = await post(url, submission, "application/ply, application/vnd.las");
  return {
    report: JSON.parse(response.headers.get("x-tttkd-report") ?? "null"),
    bytes: await response.bytes(),
  };
}

/**
 * Posts a scan, and returns its labels with the report.
 *
 * @throws {ServerError} with the detail of the server's problem report.
 */
export async function labelsAndReport(
  url: string,
  submission: Submission,
): Promise<{ labels: number[]; report: ScanReport }> {
  return await (await post(url, submission, "application/json")).json();
}

async function post(url: string, submission: Submission, accept: string): Promise<Response> {
  const body = new FormData();
  body.append("scan", fileOf(submission.scan));
  for (const image of submission.images) body.append("images", fileOf(image));
  if (submission.cameras !== undefined) {
    body.append("cameras", new File([submission.cameras], "cameras.json"));
  }
  body.append("options", JSON.stringify(submission.options));
  const response = await fetch(`${url}/v1/segment`, { method: "POST", body, headers: { accept } });
  if (response.ok) return response;
  const { detail } = await response.json();
  throw new ServerError(detail);
}

function fileOf({ name, bytes }: NamedFile): File {
  return new File([bytes as Uint8Array<ArrayBuffer>], name);
}
