import type { CDPSession, Page } from 'playwright-core';
import { handwriting } from './handwriting.ts';

export interface WritingOptions {
  /** Height of a digit, as a share of the sheet's height. */
  readonly height?: number;
  /** Width of the number at most, as a share of the sheet's width. */
  readonly width?: number;
  /** Which of the two hands. */
  readonly hand?: 0 | 1;
}

interface Spot {
  readonly x: number;
  readonly y: number;
}

/** Where the strokes of a number go, in the middle of a rectangle, in the order they are written. */
export function strokesOf(
  text: string,
  area: { x: number; y: number; width: number; height: number },
  { height = 0.5, width = 0.86, hand = 0 }: WritingOptions = {},
): Spot[][] {
  const gap = 30;
  const lines = [...text].map((digit) => handwriting[Number(digit)]![hand]!);
  const widths = lines.map((digit) =>
    Math.max(...digit.flatMap((line) => line.filter((_, index) => index % 2 === 0))),
  );
  const total = widths.reduce((sum, width) => sum + width, 0) + gap * (widths.length - 1);
  const scale = Math.min((area.height * height) / 100, (area.width * width) / total);
  let left = area.x + (area.width - total * scale) / 2;
  const top = area.y + (area.height - 100 * scale) / 2;
  return lines.flatMap((digit, index) => {
    const start = left;
    left += (widths[index]! + gap) * scale;
    return digit.map((line) =>
      Array.from({ length: line.length / 2 }, (_, at) => ({
        x: start + line[2 * at]! * scale,
        y: top + line[2 * at + 1]! * scale,
      })),
    );
  });
}

/** Writes a number on the sheet with the mouse. */
export async function write(page: Page, text: string, options?: WritingOptions): Promise<void> {
  for (const [first, ...rest] of strokesOf(text, await sheetArea(page), options)) {
    await page.mouse.move(first!.x, first!.y);
    await page.mouse.down();
    for (const { x, y } of rest) await page.mouse.move(x, y);
    await page.mouse.up();
  }
}

/** Writes a number on the sheet with a finger, as the browser's own input, so that it could scroll the page. */
export async function writeWithFinger(page: Page, text: string, options?: WritingOptions): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', spots: Spot[]): Promise<unknown> =>
    (session as CDPSession).send('Input.dispatchTouchEvent', {
      type,
      touchPoints: spots.map(({ x, y }) => ({ x, y, radiusX: 6, radiusY: 6 })),
    });
  for (const [first, ...rest] of strokesOf(text, await sheetArea(page), options)) {
    await touch('touchStart', [first!]);
    for (const spot of rest) await touch('touchMove', [spot]);
    await touch('touchEnd', []);
  }
  await session.detach();
}

async function sheetArea(page: Page) {
  const area = await page.locator('.ink-canvas').boundingBox();
  if (!area) throw new Error('The sheet cannot be seen');
  return area;
}
