/**
 * A device with little memory. llvmpipe has all of the machine's; what a full GPU does was seen there under `ulimit -v`: the
 * scope gets a GPUOutOfMemoryError, the buffer is refused wherever it is used, and the device lives on.
 *
 * @module
 */
import type { Gpu } from "../../lib/gpu/mod.ts";

/** A device whose memory is limited until it is disposed of. */
export interface LittleMemory extends Disposable {
  /** Buffers that did not fit. */
  readonly refused: number;
}

/**
 * Lets a device allocate no more than `bytes` further bytes.
 *
 * @param gpu whose errors are to come.
 */
export function littleMemory({ device }: Gpu, bytes: number): LittleMemory {
  let [left, refused, isRefused] = [bytes, 0, false];
  const own = {
    createBuffer(descriptor: GPUBufferDescriptor): GPUBuffer {
      const { size } = descriptor;
      const buffer = GPUDevice.prototype.createBuffer.call(device, descriptor);
      const destroy = buffer.destroy.bind(buffer);
      if (size > left) {
        refused++;
        isRefused = true;
        // Any use of it is a mistake from now on.
        destroy();
        return buffer;
      }
      left -= size;
      let isLive = true;
      buffer.destroy = () => {
        if (isLive) left += size;
        isLive = false;
        return destroy();
      };
      return buffer;
    },
    // The innermost scope is the one for memory.
    async popErrorScope(): Promise<GPUError | null> {
      const error = isRefused ? new GPUOutOfMemoryError("not enough memory left") : null;
      isRefused = false;
      return await GPUDevice.prototype.popErrorScope.call(device) ?? error;
    },
  };
  Object.assign(device, own);
  return {
    get refused() {
      return refused;
    },
    [Symbol.dispose]() {
      for (const name of Object.keys(own)) {
        delete (device as unknown as Record<string, unknown>)[name];
      }
    },
  };
}
