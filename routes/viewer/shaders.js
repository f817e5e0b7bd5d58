/**
 * The shaders of the point cloud, GLSL ES 3.00.
 *
 * Points are drawn into a texture of colours, one of indices (for picking) and one of depths. A second pass darkens each
 * pixel by how far its neighbours are in front of it (eye-dome lighting: Boucheny 2009), since flat colours would show
 * no shape. A pixel without an edge keeps its colour exactly.
 *
 * @module
 */

export const POINT_VERTEX = `#version 300 es
precision highp float;
precision highp int;
precision highp sampler2D;
layout(location = 0) in vec3 position;
layout(location = 1) in vec3 color;
layout(location = 2) in uint source;
layout(location = 3) in uint label;
layout(location = 4) in uint confidence;
layout(location = 5) in uint intensity;
layout(location = 6) in uint original;
// The class that the user has given; 255 for none.
layout(location = 7) in uint corrected;
// Number of the colour of its object; 255 for none.
layout(location = 8) in uint object;
uniform mat4 camera;
// What the colour shows; any other mode shows the class in the result.
const int SCAN = 0, SOURCE = 1, CONFIDENCE = 3, CHANGED = 4, HEIGHT = 5, INTENSITY = 6, ORIGINAL = 7, OBJECTS = 8;
uniform int mode;
// Row 0: classes, alpha 0 where hidden. Row 1: the ramp of confidence and heights. Row 2: numbers.
uniform sampler2D palette;
uniform vec3 unchanged;
uniform vec3 up;
uniform float ceiling;
// Corners of the box outside of which nothing is drawn.
uniform vec3 clipLeast;
uniform vec3 clipGreatest;
// The least and the greatest height of the ramp.
uniform vec2 heights;
// Diameter of a point in pixels at a distance of one unit, and its least and most pixels.
uniform vec3 size;
flat out vec4 tint;
flat out uint index;

vec4 classColor(uint number) {
  return texelFetch(palette, ivec2(int(number), 0), 0);
}

vec4 numberColor(uint number) {
  return vec4(texelFetch(palette, ivec2(int(number), 2), 0).rgb, 1.0);
}

vec4 ramp(float fraction) {
  return vec4(texelFetch(palette, ivec2(int(255.0 * clamp(fraction, 0.0, 1.0) + 0.5), 1), 0).rgb, 1.0);
}

void main() {
  gl_Position = camera * vec4(position, 1.0);
  bool isCorrected = corrected != 255u && mode != SOURCE;
  gl_PointSize = (isCorrected ? 1.6 : 1.0) * clamp(size.x / gl_Position.w, size.y, size.z);
  index = uint(gl_VertexID) + 1u;
  vec4 shown = classColor(mode == SOURCE ? source : label);
  if (mode == SCAN) tint = vec4(color, 1.0);
  else if (mode == CONFIDENCE) tint = ramp(float(confidence) / 255.0);
  else if (mode == INTENSITY) tint = vec4(vec3(float(intensity) / 255.0), 1.0);
  else if (mode == ORIGINAL) tint = numberColor(original);
  else if (mode == OBJECTS) tint = object == 255u ? vec4(unchanged, 1.0) : numberColor(object);
  else if (mode == HEIGHT) {
    tint = ramp((dot(position, up) - heights.x) / max(heights.y - heights.x, 1e-9));
  }
  else if (mode == CHANGED && source == label) tint = vec4(unchanged, 1.0);
  else tint = vec4(shown.rgb, 1.0);
  if (isCorrected) {
    shown = classColor(corrected);
    tint = vec4(shown.rgb, 1.0);
  }
  // A point that is not drawn is moved outside the picture.
  bool clipped = any(lessThan(position, clipLeast)) || any(greaterThan(position, clipGreatest));
  if (shown.a == 0.0 || clipped || dot(position, up) > ceiling) gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
}`;

export const POINT_FRAGMENT = `#version 300 es
precision highp float;
precision highp int;
flat in vec4 tint;
flat in uint index;
layout(location = 0) out vec4 color;
layout(location = 1) out uint picked;

void main() {
  vec2 offset = 2.0 * gl_PointCoord - 1.0;
  if (dot(offset, offset) > 1.2) discard;
  color = tint;
  picked = index;
}`;

export const LINE_VERTEX = `#version 300 es
precision highp float;
layout(location = 0) in vec3 position;
uniform mat4 camera;

void main() {
  gl_Position = camera * vec4(position, 1.0);
}`;

export const LINE_FRAGMENT = `#version 300 es
precision highp float;
precision highp int;
uniform vec3 tint;
layout(location = 0) out vec4 color;
layout(location = 1) out uint picked;

void main() {
  color = vec4(tint, 1.0);
  picked = 0u;
}`;

export const SHADE_VERTEX = `#version 300 es
void main() {
  vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1);
  gl_Position = vec4(4.0 * corner - 1.0, 0.0, 1.0);
}`;

export const SHADE_FRAGMENT = `#version 300 es
precision highp float;
precision highp sampler2D;
uniform sampler2D colors;
uniform sampler2D depths;
// Nearest and farthest distance.
uniform vec2 range;
uniform float strength;
uniform int radius;
uniform vec3 background;
out vec4 color;

// Logarithm of the distance; the farthest one where nothing was drawn.
float depthAt(ivec2 pixel) {
  float depth = texelFetch(depths, clamp(pixel, ivec2(0), textureSize(depths, 0) - 1), 0).r;
  return log2(range.x * range.y / (range.y - depth * (range.y - range.x)));
}

void main() {
  ivec2 pixel = ivec2(gl_FragCoord.xy);
  vec4 own = texelFetch(colors, pixel, 0);
  if (own.a == 0.0) {
    color = vec4(background, 1.0);
    return;
  }
  float depth = depthAt(pixel);
  float hidden = 0.0;
  hidden += max(0.0, depth - depthAt(pixel + ivec2(radius, 0)));
  hidden += max(0.0, depth - depthAt(pixel - ivec2(radius, 0)));
  hidden += max(0.0, depth - depthAt(pixel + ivec2(0, radius)));
  hidden += max(0.0, depth - depthAt(pixel - ivec2(0, radius)));
  // Slight slopes are left unshaded.
  hidden = max(0.0, hidden / 4.0 - 0.002);
  color = vec4(own.rgb * max(0.25, exp(-strength * hidden)), 1.0);
}`;
