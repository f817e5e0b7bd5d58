/**
 * Labelling threads as their owner sees them.
 *
 * @module
 */
import {
  CapacityError,
  GpuLostError,
  GpuMemoryError,
  GpuUnavailableError,
  GpuValidationError,
} from "../../gpu/mod.ts";
import { RpcClient } from "../../rpc/client.ts";
import type { ErrorClass } from "../../rpc/error_record.ts";
import { CameraError, InputError, MemoryError, PhotoError, ScanError } from "../../scan/mod.ts";
import { OptionError } from "../../ttt/option_error.ts";
import type { Progress } from "../../ttt/progress.ts";
import { DiskError } from "../files/disk.ts";
import { DamagedFileError } from "../files/durable.ts";
import { MissingFilesError } from "../files/input.ts";
import { MissingResultError } from "../files/result.ts";
import { LabellerLostError } from "./labeller.ts";
import type { LabellerCalls } from "./labeller_calls.ts";

/** A worker that runs `hostLabeller()`. */
export type LabellerThread = RpcClient<LabellerCalls, Progress>;

/** The classes that callers of a labeller tell apart. */
export const LABELLER_ERRORS: readonly ErrorClass[] = [
  ScanError,
  CameraError,
  PhotoError,
  MemoryError,
  InputError,
  OptionError,
  DamagedFileError,
  DiskError,
  MissingFilesError,
  MissingResultError,
  CapacityError,
  GpuLostError,
  GpuMemoryError,
  GpuUnavailableError,
  GpuValidationError,
];

/** Seconds after which a client may try again; another thread is there sooner. */
const RETRY_AFTER_SECONDS = 5;

/**
 * Starts a thread. Calls that it cannot finish throw a {@link LabellerLostError}.
 *
 * @param module the worker's module.
 */
export function startThread(module: URL): LabellerThread {
  return new RpcClient<LabellerCalls, Progress>(module, {
    errors: LABELLER_ERRORS,
    cutOff: (what) =>
      new LabellerLostError(
        `Cannot go on: the labelling thread ${what}; send the scan again`,
        RETRY_AFTER_SECONDS,
      ),
  });
}
