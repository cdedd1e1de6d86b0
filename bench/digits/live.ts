/**
 * `npm run bench -- digits --only live`: how long a person who draws waits for the boxes. Numbers are written in a real
 * browser; the time is from the browser's own time of the last pen-up to the frame that shows the boxes of all ink. Needs
 * Chromium (`CHROMIUM`, by default Debian's).
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright-core';
import { median, printTable, quantile, saveResults } from '../report.ts';
import { startServer } from './server.ts';

type Point = readonly [x: number, y: number];

/** Strokes of a few digits in a box of 60 × 100, as corners of the way of the pen. */
const shapes: Readonly<Record<string, readonly (readonly Point[])[]>> = {
  1: [
    [
      [30, 0],
      [28, 100],
    ],
  ],
  3: [
    [
      [5, 10],
      [30, 0],
      [52, 18],
      [28, 46],
      [56, 70],
      [32, 100],
      [2, 88],
    ],
  ],
  4: [
    [
      [30, 0],
      [2, 60],
      [58, 58],
    ],
    [
      [44, 34],
      [42, 100],
    ],
  ],
  7: [
    [
      [2, 2],
      [56, 0],
      [20, 100],
    ],
    [
      [18, 50],
      [50, 46],
    ],
  ],
};
const numbers = ['4', '7', '147', '31', '4731', '13'];
const rounds = 8;
/** Events on the way from one corner to the next. */
const stepsBetween = 6;

export async function live(): Promise<void> {
  const data = await mkdtemp(join(tmpdir(), 'inkwire-bench-'));
  const server = await startServer(data);
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'],
  });
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    await page.goto(server.url);
    await timeBoxes(page);
    const times: number[] = [];
    for (let round = 0; round < rounds; round++)
      for (const number of numbers) {
        const taken = await writeNumber(page, number);
        // The first round warms the page and the model up.
        if (round > 0) times.push(taken);
      }
    const p95 = quantile(times, 0.95);
    printTable(
      ['pen up to boxes on screen', 'median', 'p95', 'numbers'],
      [['in Chromium', `${Math.round(median(times))} ms`, `${Math.round(p95)} ms`, times.length]],
    );
    const command = 'npm run bench -- digits --only live';
    saveResults('digits-live', command, {
      medianMs: median(times),
      p95Ms: p95,
      times: times.map(Math.round),
    });
  } finally {
    await browser.close();
    await server.stop();
    await rm(data, { recursive: true });
  }
}

/** Puts a clock into the page: after a pen-up `window.shown` is the time until the boxes were on screen. */
async function timeBoxes(page: Page): Promise<void> {
  await page.evaluate(`
    addEventListener('pointerup', (event) => {
      window.shown = undefined;
      const observer = new MutationObserver(() => {
        if (!document.querySelector('.ink-boxes[data-stale="false"]')) return;
        observer.disconnect();
        requestAnimationFrame(() => setTimeout(() => { window.shown = performance.now() - event.timeStamp; }));
      });
      observer.observe(document.body, { subtree: true, childList: true, attributes: true });
    }, true)`);
}

/** Writes a number on an empty sheet; the milliseconds until its boxes. */
async function writeNumber(page: Page, number: string): Promise<number> {
  const area = (await page.locator('canvas').first().boundingBox())!;
  const scale = area.height / 250;
  let left = area.x + area.width / 2 - 45 * scale * number.length;
  for (const digit of number) {
    for (const stroke of shapes[digit]!) {
      const at = ([x, y]: Point): [number, number] => [
        left + x * scale,
        area.y + area.height / 4 + y * scale,
      ];
      await page.mouse.move(...at(stroke[0]!));
      await page.mouse.down();
      for (const point of stroke.slice(1)) await page.mouse.move(...at(point), { steps: stepsBetween });
      await page.mouse.up();
    }
    left += 90 * scale;
  }
  // A function, not text: the page's policy of content forbids `eval`.
  const handle = await page.waitForFunction(() => (globalThis as { shown?: number }).shown);
  const shown = (await handle.jsonValue())!;
  await page.keyboard.press('Escape');
  await page.locator('.ink-boxes').waitFor({ state: 'detached' });
  return shown;
}
