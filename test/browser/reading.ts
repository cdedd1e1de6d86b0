import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { type WritingOptions, write } from './writing.ts';

/** The number below the sheet, once it is this one and belongs to the ink that is there. */
export async function expectRead(page: Page, text: string): Promise<void> {
  await expect
    .poll(() =>
      page
        .locator('.reading .number')
        .textContent({ timeout: 500 })
        .catch(() => ''),
    )
    .toBe(text);
}

/** Writes a number, waits until it is read, and keeps it with Enter. */
export async function writeAndKeep(page: Page, text: string, options?: WritingOptions): Promise<void> {
  await write(page, text, options);
  await expectRead(page, text);
  await page.keyboard.press('Enter');
  await page.locator('.kept-note').waitFor();
}

/** What counts of each reading in the list, from the newest on. */
export async function keptTexts(page: Page): Promise<string[]> {
  return page.locator('.row .reading-text > span').allTextContents();
}

export async function expectKept(page: Page, texts: readonly string[]): Promise<void> {
  await expect.poll(() => keptTexts(page)).toEqual(texts);
}
