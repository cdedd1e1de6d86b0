import { expectInteger } from '@inkwire/base';

/** What a peer may ask of our memory. */
export interface FrameLimits {
  /** Most bytes of a frame's payload as it stands on the wire, 1 to 2³¹ − 1. Default 16 MiB. */
  readonly maxFrameBytes?: number | undefined;
  /** Most bytes that a compressed payload may inflate to. Default 64 MiB. */
  readonly maxInflatedBytes?: number | undefined;
}

export interface ResolvedFrameLimits {
  readonly maxFrameBytes: number;
  readonly maxInflatedBytes: number;
}

export const defaultFrameLimits: ResolvedFrameLimits = Object.freeze({
  maxFrameBytes: 16 * 2 ** 20,
  maxInflatedBytes: 64 * 2 ** 20,
});

/** Throws a RangeError that names the limit which is out of bounds. */
export function resolveFrameLimits(limits: FrameLimits = {}): ResolvedFrameLimits {
  const { maxFrameBytes, maxInflatedBytes } = defaultFrameLimits;
  const bounds = { min: 1, max: 2 ** 31 - 1 };
  return Object.freeze({
    maxFrameBytes: expectInteger('maxFrameBytes', limits.maxFrameBytes ?? maxFrameBytes, bounds),
    maxInflatedBytes: expectInteger('maxInflatedBytes', limits.maxInflatedBytes ?? maxInflatedBytes, bounds),
  });
}
