/**
 * The page at `/`: a viewer over the public API, for people. It is embedded in the program and loads nothing from other
 * hosts.
 *
 * @module
 */
import { accepts } from "@std/http/negotiation";
import { type Context, Hono, type MiddlewareHandler } from "hono";
import { etag } from "hono/etag";
import { secureHeaders } from "hono/secure-headers";
import { notFound } from "./http/problem.ts";
import api from "./viewer/api.js" with { type: "text" };
import camera from "./viewer/camera.js" with { type: "text" };
import chart from "./viewer/chart.js" with { type: "text" };
import cloud from "./viewer/cloud.js" with { type: "text" };
import cloudPanel from "./viewer/cloud_panel.js" with { type: "text" };
import colors from "./viewer/colors.js" with { type: "text" };
import before from "./viewer/correct/before.js" with { type: "text" };
import correctPanel from "./viewer/correct/correct_panel.js" with { type: "text" };
import corrections from "./viewer/correct/corrections.js" with { type: "text" };
import suggestionPanel from "./viewer/correct/suggestion_panel.js" with { type: "text" };
import controls from "./viewer/controls.js" with { type: "text" };
import dom from "./viewer/dom.js" with { type: "text" };
import extent from "./viewer/extent.js" with { type: "text" };
import icon from "./viewer/icon.svg" with { type: "text" };
import page from "./viewer/index.html" with { type: "text" };
import intake from "./viewer/intake.js" with { type: "text" };
import jobsPanel from "./viewer/jobs_panel.js" with { type: "text" };
import legend from "./viewer/legend.js" with { type: "text" };
import methods from "./viewer/methods.js" with { type: "text" };
import localCameras from "./viewer/local/cameras.js" with { type: "text" };
import colmap from "./viewer/local/colmap.js" with { type: "text" };
import las from "./viewer/local/las.js" with { type: "text" };
import outlines from "./viewer/local/outlines.js" with { type: "text" };
import fields from "./viewer/local/fields.js" with { type: "text" };
import pcd from "./viewer/local/pcd.js" with { type: "text" };
import ply from "./viewer/local/ply.js" with { type: "text" };
import textOfPoints from "./viewer/local/text.js" with { type: "text" };
import pointsOfRecords from "./viewer/local/points_of_records.js" with { type: "text" };
import preview from "./viewer/local/preview.js" with { type: "text" };
import scanFile from "./viewer/local/scan_file.js" with { type: "text" };
import labelOverlay from "./viewer/local/label_overlay.js" with { type: "text" };
import photographs from "./viewer/local/photographs.js" with { type: "text" };
import projection from "./viewer/local/projection.js" with { type: "text" };
import clipBox from "./viewer/tools/clip_box.js" with { type: "text" };
import picked from "./viewer/tools/picked.js" with { type: "text" };
import main from "./viewer/main.js" with { type: "text" };
import points from "./viewer/points.js" with { type: "text" };
import shaders from "./viewer/shaders.js" with { type: "text" };
import style from "./viewer/viewer.css" with { type: "text" };
import workPanel from "./viewer/work_panel.js" with { type: "text" };

const FILES: Readonly<Record<string, string>> = {
  "api.js": api,
  "camera.js": camera,
  "chart.js": chart,
  "cloud.js": cloud,
  "cloud_panel.js": cloudPanel,
  "colors.js": colors,
  "controls.js": controls,
  "correct/before.js": before,
  "correct/correct_panel.js": correctPanel,
  "correct/corrections.js": corrections,
  "correct/suggestion_panel.js": suggestionPanel,
  "dom.js": dom,
  "extent.js": extent,
  "icon.svg": icon,
  "intake.js": intake,
  "jobs_panel.js": jobsPanel,
  "legend.js": legend,
  "methods.js": methods,
  "local/cameras.js": localCameras,
  "local/colmap.js": colmap,
  "local/las.js": las,
  "local/outlines.js": outlines,
  "local/fields.js": fields,
  "local/pcd.js": pcd,
  "local/ply.js": ply,
  "local/text.js": textOfPoints,
  "local/points_of_records.js": pointsOfRecords,
  "local/preview.js": preview,
  "local/scan_file.js": scanFile,
  "local/label_overlay.js": labelOverlay,
  "local/photographs.js": photographs,
  "local/projection.js": projection,
  "tools/clip_box.js": clipBox,
  "tools/picked.js": picked,
  "main.js": main,
  "points.js": points,
  "shaders.js": shaders,
  "viewer.css": style,
  "work_panel.js": workPanel,
};

const TYPES: Readonly<Record<string, string>> = {
  css: "text/css",
  js: "text/javascript",
  svg: "image/svg+xml",
};

/** Everything comes from this server, the page cannot be framed by another, and no text becomes code. */
const policy = secureHeaders({
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'"],
    imgSrc: ["'self'"],
    connectSrc: ["'self'"],
    baseUri: ["'none'"],
    formAction: ["'none'"],
    frameAncestors: ["'none'"],
    requireTrustedTypesFor: ["'script'"],
  },
});

/** Answers browsers with the page; requests that prefer JSON go on to the next handler. */
export const viewerPage: MiddlewareHandler = async (c, next) => {
  c.header("vary", "accept");
  const type = accepts(c.req.raw, "application/json", "text/html");
  if (type !== "text/html") return await next();
  return await policy(c, () => {
    c.res = text(c, page, "text/html");
    return Promise.resolve();
  });
};

/** Routes under `/viewer`: the files of the page. */
export function viewerRoutes(): Hono {
  return new Hono().get("/:file{.+}", etag(), (c) => {
    const name = c.req.param("file");
    if (!Object.hasOwn(FILES, name)) return notFound(c);
    return text(c, FILES[name]!, TYPES[name.split(".").at(-1)!]!);
  });
}

/** Sends a text that browsers check for a newer version each time, since the program may have been updated. */
function text(c: Context, body: string, type: string): Response {
  c.header("cache-control", "no-cache");
  return c.body(body, 200, { "content-type": `${type}; charset=utf-8` });
}
