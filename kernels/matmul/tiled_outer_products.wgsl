// Shared text of the weight gradients for hardware: rows of x and of dy are staged in workgroup memory, and thread
// (tx, ty, tz) sums the outer products of every SLICES-th of them, for INPUTS blocks of weights, in registers. In the end
// the sums of the slices are added in order, so that a workgroup stores each of its blocks once. The kernel declares `partial`, array<mat4x4f>, and the params inputQuads and outputQuads.
override INPUTS: u32 = 4u; // quads of x of a thread: 4, or 1 for narrow inputs
override INPUT_THREADS: u32 = 4u;
override OUTPUTS: u32 = 16u; // quads of dy of a workgroup, one a thread
override SLICES: u32 = 1u; // threads for each block
override STAGE: u32 = 8u; // rows in workgroup memory at a time, at most as many as threads

override THREADS: u32 = OUTPUTS * INPUT_THREADS * SLICES;
override INPUT_TILE: u32 = INPUTS * INPUT_THREADS;
override STAGE_X: u32 = STAGE * INPUT_TILE;
override STAGE_DY: u32 = STAGE * OUTPUTS;

var<workgroup> stage_x: array<vec4f, STAGE_X>; // [STAGE][INPUT_TILE]
var<workgroup> stage_dy: array<vec4f, STAGE_DY>; // [STAGE][OUTPUTS]

var<workgroup> slice_sums: array<vec4f, THREADS>; // [SLICES][INPUT_THREADS][OUTPUTS]

var<private> w0: mat4x4f; var<private> w1: mat4x4f; var<private> w2: mat4x4f; var<private> w3: mat4x4f;

fn add_outer(w: mat4x4f, x: vec4f, dy: vec4f) -> mat4x4f {
  return mat4x4f(
    fma(vec4f(x.x), dy, w[0]), fma(vec4f(x.y), dy, w[1]), fma(vec4f(x.z), dy, w[2]), fma(vec4f(x.w), dy, w[3]));
}

// Adds the outer products of the first `count` rows of the stage.
fn add_stage(count: u32, lid: vec3u) {
  for (var r = lid.z; r < count; r += SLICES) {
    let dy = stage_dy[r * OUTPUTS + lid.x];
    let i = r * INPUT_TILE + lid.y * INPUTS;
    w0 = add_outer(w0, stage_x[i], dy);
    if (INPUTS == 4u) {
      w1 = add_outer(w1, stage_x[i + 1u], dy);
      w2 = add_outer(w2, stage_x[i + 2u], dy);
      w3 = add_outer(w3, stage_x[i + 3u], dy);
    }
  }
}

fn store_block(base: u32, input: u32, output: u32, w: mat4x4f) {
  if (input < params.inputQuads && output < params.outputQuads) {
    partial[base + input * params.outputQuads + output] = w;
  }
}

// The sum of the values of all slices, for the threads of the first.
fn add_slices(value: vec4f, thread: u32) -> vec4f {
  workgroupBarrier();
  slice_sums[thread] = value;
  workgroupBarrier();
  var sum = value;
  for (var i = thread + THREADS / SLICES; i < THREADS; i += THREADS / SLICES) { sum += slice_sums[i]; }
  return sum;
}

fn add_block_slices(w: mat4x4f, thread: u32) -> mat4x4f {
  return mat4x4f(
    add_slices(w[0], thread), add_slices(w[1], thread), add_slices(w[2], thread), add_slices(w[3], thread));
}

// Stores the sums of a workgroup, all of whose threads call it; the tile begins at block (input, output).
fn store_sums(base: u32, input: u32, output: u32, lid: vec3u) {
  if (SLICES > 1u) {
    let thread = (lid.z * INPUT_THREADS + lid.y) * OUTPUTS + lid.x;
    w0 = add_block_slices(w0, thread);
    if (INPUTS == 4u) {
      w1 = add_block_slices(w1, thread);
      w2 = add_block_slices(w2, thread);
      w3 = add_block_slices(w3, thread);
    }
    if (lid.z > 0u) { return; }
  }
  let i = input + lid.y * INPUTS;
  store_block(base, i, output + lid.x, w0);
  if (INPUTS == 4u) {
    store_block(base, i + 1u, output + lid.x, w1);
    store_block(base, i + 2u, output + lid.x, w2);
    store_block(base, i + 3u, output + lid.x, w3);
  }
}
