/**
 * The page: takes files, submits them as a job, follows the job and shows the labelled scan. The job's id is part of the
 * address, so that a reloaded page continues with it.
 *
 * `data-state` of the body is the state of the page: loading, ready, sending, queued, running, showing, done, failed or
 * cancelled.
 *
 * @module
 */
import { Api } from "./api.js";
import { decodeCloud } from "./cloud.js";
import { CloudPanel } from "./cloud_panel.js";
import { since } from "./correct/before.js";
import { CorrectPanel } from "./correct/correct_panel.js";
import { byId } from "./dom.js";
import { addFiles, droppedFiles, emptyIntake, formOf, intakeProblem, listed } from "./intake.js";
import { JobsPanel } from "./jobs_panel.js";
import { whole } from "./legend.js";
import { Preview } from "./local/preview.js";
import { WorkPanel } from "./work_panel.js";

const POINTS = 1_000_000;

const start = byId("start", HTMLButtonElement);
const student = byId("student", HTMLSelectElement);
const method = byId("method", HTMLSelectElement);
const steps = byId("steps", HTMLInputElement);
const unit = byId("scanUnit", HTMLSelectElement);
const up = byId("scanUp", HTMLSelectElement);
const picker = byId("files", HTMLInputElement);
const chosen = byId("chosen", HTMLElement);
const api = new Api(askToken);
const panel = new WorkPanel();
const intake = emptyIntake();
const preview = new Preview();
/** What is drawn around the chosen scan. @type {import("./local/preview.js").Outlines | null} */
let outlines = null;
/** Resolves when the chosen files are shown. */
let previewing = Promise.resolve();
let busy = false;
/** Aborts the upload. */
let sending = new AbortController();
/** Aborted when another job is opened. */
let following = new AbortController();
/** @type {import("./api.js").Job | null} */
let current = null;

/** @param {string} state */
function setState(state) {
  document.body.dataset.state = state;
}

/**
 * @param {boolean} refused
 * @returns {Promise<string>}
 */
function askToken(refused) {
  const dialog = byId("tokenDialog", HTMLDialogElement);
  const input = byId("token", HTMLInputElement);
  byId("tokenRefused", HTMLElement).hidden = !refused;
  input.value = "";
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve, reject) => {
    dialog.addEventListener("close", () => {
      if (input.value) resolve(input.value);
      else {reject(
          new Error("Cannot reach the server without its token: reload the page to enter it"),
        );}
    }, { once: true });
  });
}

/** @param {import("./intake.js").NamedFile[]} files */
async function take(files) {
  try {
    await addFiles(intake, files);
  } catch (error) {
    panel.fail(`Cannot read the files: ${/** @type {Error} */ (error).message}`);
  }
  showIntake();
}

function showPreview() {
  const before = previewing;
  previewing = preview.show(intake, POINTS, (points, around) => {
    outlines = around;
    // What is in the picture is not of these files, and is not looked for in their photographs.
    if (!points) return preview.photographs.forget();
    picture ??= newPicture();
    picture.preview(points, around);
    preview.photographs.setPoints(points, null);
  }).catch((/** @type {Error} */ error) => panel.fail(error.message)).then(() => before);
}

function showIntake() {
  showPreview();
  const { scans, photos, cameras, labels, leftOut } = intake;
  const problem = intakeProblem(intake);
  chosen.replaceChildren(
    ...scans.map((scan) => row(scan.name, megabytes(scan.file.size), () => without(scans, scan))),
    ...group("Photographs", photos, () => intake.photos = []),
    ...group("Files of cameras", cameras, () => intake.cameras = []),
    ...group("What its labels mean", labels, () => intake.labels = []),
    ...(leftOut.length > 0 ? [line(`Left out: ${listed(leftOut)}`)] : []),
    ...(problem === null ? [] : [line(problem)]),
  );
  chosen.hidden = chosen.children.length === 0;
  start.disabled = busy || scans.length === 0 || problem !== null;
}

/**
 * A group of files under its name, opened by a click; or the only file of it.
 *
 * @param {string} name
 * @param {import("./intake.js").NamedFile[]} files
 * @param {() => void} removeAll
 */
function group(name, files, removeAll) {
  const [only] = files;
  if (!only) return [];
  if (files.length === 1) return [row(only.name, "", removeAll)];
  const item = document.createElement("li");
  const details = document.createElement("details");
  const summary = document.createElement("summary");
  const list = document.createElement("ul");
  summary.append(...row(name, whole(files.length), removeAll).childNodes);
  list.append(...files.map((file) => row(file.name, "", () => without(files, file))));
  details.open = opened.has(name);
  details.addEventListener("toggle", () => opened[details.open ? "add" : "delete"](name));
  details.append(summary, list);
  item.append(details);
  return [item];
}

/** Names of the groups that stay open while files are taken out of them. @type {Set<string>} */
const opened = new Set();

/**
 * @param {import("./intake.js").NamedFile[]} files
 * @param {import("./intake.js").NamedFile} file
 */
function without(files, file) {
  files.splice(files.indexOf(file), 1);
}

/** @param {string} text */
function line(text) {
  const item = document.createElement("li");
  item.className = "quiet";
  item.textContent = text;
  return item;
}

/**
 * @param {string} name
 * @param {string} amount
 * @param {() => void} remove
 */
function row(name, amount, remove) {
  const item = document.createElement("li");
  const label = document.createElement("span");
  const side = document.createElement("span");
  const button = document.createElement("button");
  label.textContent = name;
  label.title = name;
  side.className = "quiet";
  side.append(amount, button);
  button.type = "button";
  button.textContent = "✕";
  button.setAttribute("aria-label", `Remove ${name}`);
  button.addEventListener("click", (event) => {
    // A click on the button of a group must not open it.
    event.preventDefault();
    remove();
    showIntake();
  });
  item.append(label, side);
  return item;
}

/** @param {number} bytes */
function megabytes(bytes) {
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
}

/**
 * Runs an action and shows how it ends. It takes the place of one that runs.
 *
 * @param {() => Promise<void>} action
 */
async function attempt(action) {
  following.abort();
  const { signal } = following = new AbortController();
  busy = true;
  panel.clear();
  showIntake();
  try {
    await action();
  } catch (error) {
    if (signal.aborted) return;
    if (sending.signal.aborted) {
      panel.idle();
      setState("cancelled");
    } else {
      panel.fail(
        error instanceof TypeError
          ? `Cannot reach the server: ${error.message}`
          : `${/** @type {Error} */ (error).message}`,
      );
      setState("failed");
    }
  } finally {
    if (!signal.aborted) {
      busy = false;
      showIntake();
      jobs.refresh();
    }
  }
}

/** Shows a job of the list; one that is followed goes on without the page. @param {import("./api.js").Job} job */
function openJob(job) {
  if (document.body.dataset.state === "sending") return;
  location.hash = job.id;
  attempt(() => follow(job, null));
}

async function submit() {
  sending = new AbortController();
  setState("sending");
  // A late picture of the scan must not cover the result, nor files that are chosen meanwhile give it their cameras.
  await previewing;
  const around = outlines;
  const form = await formOf(intake, {
    ...(student.value ? { student: student.value } : {}),
    ...(method.value ? { method: method.value } : {}),
    ...(steps.value && !steps.disabled ? { steps: steps.valueAsNumber } : {}),
    ...(unit.value ? { unit: unit.value } : {}),
    ...(up.value ? { up: up.value } : {}),
    ...(byId("instances", HTMLInputElement).checked ? { instances: true } : {}),
  });
  panel.busy("Sending", 0);
  const job = await api.submit(form, (sent) => panel.busy("Sending", sent), sending.signal);
  location.hash = job.id;
  jobs.refresh();
  await follow(job, around);
}

/**
 * Has the scan that is shown labelled again with corrections.
 *
 * @param {Record<string, number[]>} corrections
 */
async function correct(corrections) {
  const [before, around] = [picture?.cloud ?? null, outlines];
  const { links } = /** @type {import("./api.js").Job} */ (current);
  let isDone = false;
  await attempt(async () => {
    const answer = await api.request(`${links.self}/corrections`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ corrections }),
    });
    const job = await answer.json();
    location.hash = job.id;
    jobs.refresh();
    await follow(job, around, before);
    isDone = current?.state === "done";
  });
  return isDone;
}

/** @param {number} count @returns {Promise<import("./api.js").Suggestion[]>} */
async function suggest(count) {
  const { links } = /** @type {import("./api.js").Job} */ (current);
  const answer = await api.request(`${links.self}/suggestions?count=${count}`);
  return (await answer.json()).suggestions;
}

/**
 * @param {import("./api.js").Job} job
 * @param {import("./local/preview.js").Outlines | null} around what is drawn with its scan
 * @param {import("./cloud.js").Cloud | null} before the result that the job corrects
 */
async function follow(job, around, before = null) {
  const { signal } = following;
  current = job;
  panel.busy("Waiting for the GPU", null);
  for await (const { event, data } of api.events(job.links.events, signal)) {
    if (event === "progress") {
      if (data) panel.progress(data);
      continue;
    }
    current = /** @type {import("./api.js").Job} */ (data);
    if (current.progress) panel.progress(current.progress);
    if (current.state !== "done") setState(current.state);
  }
  const { state, problem } = current;
  if (state === "done") await show(current, around, before);
  else if (problem) panel.fail(problem.detail);
  else panel.idle();
}

/**
 * @param {import("./api.js").Job} job
 * @param {import("./local/preview.js").Outlines | null} around
 * @param {import("./cloud.js").Cloud | null} before
 */
async function show({ links }, around, before) {
  setState("showing");
  panel.busy("Fetching the points", null);
  const { signal } = following;
  const answer = await api.request(`${links.cloud}?points=${POINTS}`, { signal });
  const decoded = decodeCloud(await answer.arrayBuffer());
  const cloud = before ? since(decoded, before) : decoded;
  signal.throwIfAborted();
  picture ??= newPicture();
  picture.show(cloud, around);
  preview.photographs.setPoints(around && cloud, picture.labelColor);
  panel.show(cloud);
  setState("done");
}

/** Created for the first cloud, so that a browser without WebGL can still submit jobs. @type {CloudPanel | null} */
let picture = null;

function newPicture() {
  const made = new CloudPanel();
  made.onPick = (place) => preview.photographs.mark(place);
  const corrections = new CorrectPanel(byId("cloud", HTMLCanvasElement), made, {
    send: correct,
    suggest,
    fail: (text) => panel.fail(text),
  });
  made.onShow = (cloud) => corrections.show(cloud);
  return made;
}

async function stop() {
  if (document.body.dataset.state === "sending") sending.abort();
  else if (current) await api.request(current.links.self, { method: "DELETE" });
}

async function download() {
  if (!current) return;
  const response = await api.request(current.links.result);
  const given = response.headers.get("content-disposition") ?? "";
  const extension = /filename="?[^";]*\.(\w+)/.exec(given)?.[1] ?? "ply";
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await response.blob());
  link.download = `${current.scan.replace(/\.\w+$/, "")}_labelled.${extension}`;
  link.click();
  URL.revokeObjectURL(link.href);
}

picker.addEventListener("change", () => {
  take([...picker.files ?? []].map((file) => ({ name: file.name, file })));
  // So that choosing the same file again counts as a change.
  picker.value = "";
});
byId("intake", HTMLFormElement).addEventListener("submit", (event) => {
  event.preventDefault();
  attempt(submit);
});
for (const [id, action] of /** @type {const} */ ([["stop", stop], ["download", download]])) {
  byId(id, HTMLButtonElement).addEventListener(
    "click",
    () => action().catch((/** @type {Error} */ error) => panel.fail(error.message)),
  );
}
document.addEventListener("dragover", (event) => {
  event.preventDefault();
  document.body.classList.add("dragging");
});
document.addEventListener("dragleave", ({ relatedTarget }) => {
  if (relatedTarget === null) document.body.classList.remove("dragging");
});
document.addEventListener("drop", async (event) => {
  event.preventDefault();
  document.body.classList.remove("dragging");
  if (event.dataTransfer) take(await droppedFiles(event.dataTransfer));
});

const jobs = new JobsPanel(api, openJob);
api.models().then(({ students }) => {
  const names = students.map(({ name }) => name);
  byId("models", HTMLElement).textContent = names.join(", ");
  student.append(...names.map((name) => new Option(name)));
  byId("students", HTMLElement).hidden = names.length === 1;
}).catch((error) => panel.fail(error.message));
api.methods().then((offered) => {
  method.append(...offered.map(({ name, about }) => {
    const option = new Option(name);
    option.title = about;
    return option;
  }));
  method.addEventListener("change", () => {
    const chosen = offered.find(({ name }) => name === method.value);
    steps.disabled = chosen?.takesSteps === false;
    method.title = chosen?.about ?? "";
  });
}).catch((error) => panel.fail(error.message));
const id = location.hash.slice(1);
setState("ready");
if (id) {
  attempt(async () =>
    follow(await (await api.request(`/v1/jobs/${encodeURIComponent(id)}`)).json(), null)
  );
}
