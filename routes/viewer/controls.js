/**
 * Mouse, touch and keys on the picture of a cloud.
 *
 * One pointer turns; two fingers, the other buttons or shift move; wheel and pinch zoom. Arrows turn, with
 * shift they move; + and - zoom, t looks down, 0 shows all again.
 *
 * @module
 */

const TURN_OF_HEIGHT = Math.PI;
const KEY_TURN = Math.PI / 36;
const KEY_PAN = 0.05;
const WHEEL_ZOOM = 0.0015;

/**
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
    // Two fingers move what is between them: each has half of it.
    const dx = (now.x - before.x) / height / pointers.size;
    const dy = (now.y - before.y) / height / pointers.size;
    const other = [...pointers].find(([id]) => id !== event.pointerId)?.[1];
    if (other) {
      camera.pan(-dx, dy);
      const apart = Math.hypot(before.x - other.x, before.y - other.y);
      camera.zoom(apart / Math.max(1, Math.hypot(now.x - other.x, now.y - other.y)));
    } else if (event.shiftKey || (event.buttons & 1) === 0) camera.pan(-dx, dy);
    else camera.turn(-dx * TURN_OF_HEIGHT, dy * TURN_OF_HEIGHT);
    pointers.set(event.pointerId, now);
    view.redraw(true);
  });

  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    // Some wheels count lines.
    const pixels = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 30 : 1;
    camera.zoom(Math.exp(event.deltaY * pixels * WHEEL_ZOOM));
    view.redraw(true);
  }, { passive: false });

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
      else camera.turn(right * KEY_TURN, up * KEY_TURN);
    } else if (event.key === "+" || event.key === "=") camera.zoom(0.9);
    else if (event.key === "-") camera.zoom(1 / 0.9);
    else if (event.key === "t") camera.lookDown();
    else if (event.key === "0") view.frame();
    else return;
    event.preventDefault();
    view.redraw(true);
  });
}
