import type { Detector } from '../src/detect/detector.ts';
import { logitOf, markKinds } from '../src/detect/detector-maps.ts';

/** What a `createBlobDetector` was given. */
export interface BlobDetector extends Detector {
  /** Pixels of each input. */
  readonly inputs: number[];
}

/**
 * A detector without a model: every connected piece of ink that is 14 to 40 pixels high is a digit 7, sure (0.9) when most
 * of its ink lies in its upper half, and doubtful (0.45) otherwise.
 */
export function createBlobDetector(): BlobDetector {
  const inputs: number[] = [];
  return {
    inputs,
    async run(data, width, height) {
      inputs.push(width * height);
      const [columns, rows] = [width / 4, height / 4];
      const cells = columns * rows;
      const heat = new Float32Array(markKinds.length * cells).fill(-9);
      const box = new Float32Array(4 * cells);
      const writing = new Float32Array(2 * cells).fill(-9);
      for (const blob of blobsOf(data, width, height)) {
        const [w, h] = [blob.right - blob.left, blob.bottom - blob.top];
        for (const i of blob.pixels)
          writing[Math.floor(Math.floor(i / width) / 4) * columns + Math.floor((i % width) / 4)] = 5;
        if (h < 14 || h > 40) continue;
        const [x, y] = [(blob.left + blob.right) / 8, (blob.top + blob.bottom) / 8];
        const cell = Math.min(rows - 1, Math.floor(y)) * columns + Math.min(columns - 1, Math.floor(x));
        const upper = blob.pixels.filter((i) => Math.floor(i / width) < blob.top + h / 2).length;
        heat[7 * cells + cell] = logitOf(upper > 0.55 * blob.pixels.length ? 0.9 : 0.45);
        box.set([x % 1], cell);
        box.set([y % 1], cells + cell);
        box.set([Math.log(w / 16)], 2 * cells + cell);
        box.set([Math.log(h / 32)], 3 * cells + cell);
      }
      return { columns, rows, heat, box, writing };
    },
    close: async () => {},
    async [Symbol.asyncDispose]() {},
  };
}

interface Blob {
  left: number;
  top: number;
  right: number;
  bottom: number;
  readonly pixels: number[];
}

function blobsOf(z: Float32Array, width: number, height: number): Blob[] {
  const seen = new Uint8Array(z.length);
  const blobs: Blob[] = [];
  for (let start = 0; start < z.length; start++) {
    if (seen[start] || z[start]! < 1) continue;
    const blob: Blob = { left: width, top: height, right: 0, bottom: 0, pixels: [] };
    const open = [start];
    seen[start] = 1;
    while (open.length > 0) {
      const i = open.pop()!;
      const [x, y] = [i % width, Math.floor(i / width)];
      blob.pixels.push(i);
      blob.left = Math.min(blob.left, x);
      blob.right = Math.max(blob.right, x + 1);
      blob.top = Math.min(blob.top, y);
      blob.bottom = Math.max(blob.bottom, y + 1);
      for (const [dx, dy] of [
        [1, 0],
        [-1, 0],
        [0, 1],
        [0, -1],
      ] as const) {
        const [u, v] = [x + dx, y + dy];
        const next = v * width + u;
        if (u < 0 || v < 0 || u >= width || v >= height || seen[next] || z[next]! < 1) continue;
        seen[next] = 1;
        open.push(next);
      }
    }
    blobs.push(blob);
  }
  return blobs;
}
