import { expect, it } from 'vitest';
import { drawPicture } from './drawn-picture.ts';
import { setStage } from './stage.ts';

const stage = setStage();

it('reads a picture without JavaScript', async () => {
  const picture = await drawPicture(await stage.open(), '8');
  const page = await stage.open({ javaScriptEnabled: false });
  await page.getByLabel(/Picture/).setInputFiles(picture);
  await page.getByRole('button', { name: /Read/ }).click();
  await page.waitForURL(/\/uploads\//);
  expect(await page.textContent('body')).toContain('The prediction number is :8');
});
