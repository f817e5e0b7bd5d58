/**
 * `POST /v1/segment`: takes a scan, as the raw body or in a form with its photographs and cameras, and answers with the
 * same file labelled, or with JSON. The client waits; one that does not want to submits a job.
 *
 * @module
 */
import { Hono } from "hono";
import { admit } from "../lib/serving/files/admission.ts";
import { openFormat, writeInput } from "../lib/serving/files/input.ts";
import type { UploadPlace } from "../lib/serving/files/upload_folders.ts";
import { answer, answerForm } from "./http/answer.ts";
import { clientOf } from "./http/client.ts";
import { ATTEMPT, type DirectOptions, labelUpload } from "./http/direct.ts";
import { receiveInput } from "./http/upload.ts";

/** What the route needs. */
export interface SegmentRouteOptions extends DirectOptions {
  uploads: UploadPlace;
}

/** The route `/v1/segment`. */
export function segmentRoutes(options: SegmentRouteOptions): Hono {
  const { labeller, answers, limits, semaphore, uploads } = options;
  return new Hono().post("/", async (c) => {
    const request = c.req.raw;
    // Refused before it is sent; but only a scan that is here takes a place.
    semaphore.requirePlace();
    // Its place is free again once its files are gone.
    using place = new DisposableStack();
    await using upload = await uploads.make();
    const folder = upload.path;
    const input = await limits.underWay
      .during(clientOf(c), () => receiveInput(request, folder, limits));
    const form = answerForm(c, await openFormat(folder, input));
    // Who asks for an array need not ask for it in the options, too.
    if (form.kind === "probabilities" || form.kind === "instances") input.options[form.kind] = true;
    // Whatever can be refused now is refused before the wait for the GPU.
    await admit(folder, input, labeller);
    const reservation = place.use(semaphore.reserve());
    await writeInput(folder, input);
    await labelUpload(options, folder, input.scan.name, reservation, request.signal);
    return await answer(c, answers, folder, ATTEMPT, form);
  });
}
