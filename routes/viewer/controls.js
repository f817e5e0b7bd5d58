/**
 * Mouse, touch and keys on the picture of a cloud.
 *
 * One pointer orbits, unless it paints; two fingers, the other buttons or shift pan; wheel and pinch zoom. Arrow keys orbit, and pan with
 * shift; + and - zoom, t looks down, 0 shows everything again.
 *
 * @module
 */

/** Angle by which a drag over the height of the picture orbits. */
const ORBIT_PER_HEIGHT = Math.PI;
const KEY_ORBIT = Math.PI / 36;
const KEY_PAN = 0.05;
const WHEEL_ZOOM = 0.0015;

/**
 * Moves the camera of a view by what the user does on its canvas.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {import("./points.js").PointView} view
 */
export function addControls(canvas, view) {
  /** @type {Map<number, {x: number, y: number}>} */
  const pointers = new Map();
  const { camera } = view;

  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
  });
  for (const name of /** @type {const} */ (["pointerup", "pointercancel"])) {
    canvas.addEventListener(name, ({ pointerId }) => pointers.delete(pointerId));
  }
  canvas.addEventListener("contextmenu", (event) => event.preventDefault());

  canvas.addEventListener("pointermove", (event) => {
    const before = pointers.get(event.pointerId);
    if (!before) return;
    const now = { x: event.clientX, y: event.clientY };
    const height = canvas.clientHeight;
    // Each of two fingers contributes half of the movement.
    const dx = (now.x - before.x) / height / pointers.size;
    const dy = (now.y - before.y) / height / pointers.size;
    const other = [...pointers].find(([id]) => id !== event.pointerId)?.[1];
    if (other) {
      camera.pan(-dx, dy);
      const apart = Math.hypot(before.x - other.x, before.y - other.y);
      camera.zoom(apart / Math.max(1, Math.hypot(now.x - other.x, now.y - other.y)));
    } else if (event.shiftKey || (event.buttons & 1) === 0) camera.pan(-dx, dy);
    else if (view.paints) {
      pointers.set(event.pointerId, now);
      return;
    } else camera.orbit(-dx * ORBIT_PER_HEIGHT, dy * ORBIT_PER_HEIGHT);
    pointers.set(event.pointerId, now);
    view.redraw(true);
  });

  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    // Some wheels report lines instead of pixels.
    const pixels = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 30 : 1;
    camera.zoom(Math.exp(event.deltaY * pixels * WHEEL_ZOOM));
    view.redraw(true);
  }, { passive: false });
  addKeys(canvas, view);
}

/**
 * Moves the camera of a view by the keys.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {import("./points.js").PointView} view
 */
function addKeys(canvas, view) {
  const { camera } = view;
  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const [right, up] = {
      ArrowLeft: [-1, 0],
      ArrowRight: [1, 0],
      ArrowUp: [0, 1],
      ArrowDown: [0, -1],
    }[event.key] ?? [0, 0];
    if (right !== 0 || up !== 0) {
      if (event.shiftKey) camera.pan(right * KEY_PAN, up * KEY_PAN);
      else camera.orbit(right * KEY_ORBIT, up * KEY_ORBIT);
    } else if (event.key === "+" || event.key === "=") camera.zoom(0.9);
    else if (event.key === "-") camera.zoom(1 / 0.9);
    else if (event.key === "t") camera.lookDown();
    else if (event.key === "0") view.frame();
    else return;
    event.preventDefault();
    view.redraw(true);
  });
}
