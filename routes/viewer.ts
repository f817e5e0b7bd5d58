/**
 * The page at `/`: a viewer over the public API, for people. It is embedded in the program and asks nobody
 * else for anything.
 *
 * @module
 */
import { type Context, Hono } from "hono";
import { accepts } from "hono/accepts";
import { etag } from "hono/etag";
import type { MiddlewareHandler } from "hono";
import api from "./viewer/api.js" with { type: "text" };
import camera from "./viewer/camera.js" with { type: "text" };
import chart from "./viewer/chart.js" with { type: "text" };
import cloud from "./viewer/cloud.js" with { type: "text" };
import cloudPanel from "./viewer/cloud_panel.js" with { type: "text" };
import colors from "./viewer/colors.js" with { type: "text" };
import controls from "./viewer/controls.js" with { type: "text" };
import dom from "./viewer/dom.js" with { type: "text" };
import extent from "./viewer/extent.js" with { type: "text" };
import icon from "./viewer/icon.svg" with { type: "text" };
import page from "./viewer/index.html" with { type: "text" };
import intake from "./viewer/intake.js" with { type: "text" };
import legend from "./viewer/legend.js" with { type: "text" };
import main from "./viewer/main.js" with { type: "text" };
import points from "./viewer/points.js" with { type: "text" };
import shaders from "./viewer/shaders.js" with { type: "text" };
import style from "./viewer/viewer.css" with { type: "text" };
import workPanel from "./viewer/work_panel.js" with { type: "text" };

const SCRIPTS: Readonly<Record<string, string>> = {
  "api.js": api,
  "camera.js": camera,
  "chart.js": chart,
  "cloud.js": cloud,
  "cloud_panel.js": cloudPanel,
  "colors.js": colors,
  "controls.js": controls,
  "dom.js": dom,
  "extent.js": extent,
  "intake.js": intake,
  "legend.js": legend,
  "main.js": main,
  "points.js": points,
  "shaders.js": shaders,
  "work_panel.js": workPanel,
};

/** Everything comes from this server; nothing may be put into another page, and no text becomes code. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join("; ");

/** Answers browsers with the page; who does not ask for HTML goes on to the next handler. */
export const viewerPage: MiddlewareHandler = async (c, next) => {
  c.header("vary", "accept");
  const type = accepts(c, {
    header: "Accept",
    supports: ["text/html", "application/json"],
    default: "application/json",
  });
  if (type !== "text/html") return await next();
  c.header("content-security-policy", POLICY);
  return text(c, page, "text/html");
};

/** Routes under `/viewer`: what the page is made of. */
export function viewerRoutes(): Hono {
  const routes = new Hono();
  routes.use(etag());
  routes.get("/viewer.css", (c) => text(c, style, "text/css"));
  routes.get("/icon.svg", (c) => text(c, icon, "image/svg+xml"));
  for (const [name, script] of Object.entries(SCRIPTS)) {
    routes.get(`/${name}`, (c) => text(c, script, "text/javascript"));
  }
  return routes;
}

/** Browsers ask each time whether there is a newer one, since the program may be. */
function text(c: Context, body: string, type: string): Response {
  c.header("cache-control", "no-cache");
  return c.body(body, 200, { "content-type": `${type}; charset=utf-8` });
}
