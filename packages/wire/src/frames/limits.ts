import { expectInteger } from '@inkwire/base';

/** The memory of ours that a peer may use. */
export interface FrameLimits {
  /** Most bytes of a frame's payload as it stands on the wire, 1 to 2³¹ − 1. Default 16 MiB. */
  readonly maxFrameBytes?: number | undefined;
  /** Most bytes that a compressed payload may inflate to. Default 64 MiB. */
  readonly maxInflatedBytes?: number | undefined;
  /**
   * Most bytes that are held, over all streams of a connection: frames that are not whole, not inflated or not delivered
   * yet. Default: the largest frame, inflated, and 256 KiB (what one paused yamux stream may hold).
   */
  readonly maxHeldBytes?: number | undefined;
}

/** `FrameLimits`, each with its value. */
export interface ResolvedFrameLimits {
  readonly maxFrameBytes: number;
  readonly maxInflatedBytes: number;
  readonly maxHeldBytes: number;
}

const besideBytes = 256 * 1024;
const bounds = { min: 1, max: 2 ** 31 - 1 };

/** Throws a RangeError that names the limit which is out of bounds. */
export function resolveFrameLimits(limits: FrameLimits = {}): ResolvedFrameLimits {
  const maxFrameBytes = expectInteger('maxFrameBytes', limits.maxFrameBytes ?? 16 * 2 ** 20, bounds);
  const maxInflatedBytes = expectInteger('maxInflatedBytes', limits.maxInflatedBytes ?? 64 * 2 ** 20, bounds);
  const maxHeldBytes = limits.maxHeldBytes ?? maxFrameBytes + maxInflatedBytes + besideBytes;
  return Object.freeze({
    maxFrameBytes,
    maxInflatedBytes,
    maxHeldBytes: expectInteger('maxHeldBytes', maxHeldBytes, { min: 1, max: Number.MAX_SAFE_INTEGER }),
  });
}

/** The limits where none are given. */
export const defaultFrameLimits: ResolvedFrameLimits = resolveFrameLimits();
