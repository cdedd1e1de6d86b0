import { expect, it } from 'vitest';
import { leased } from './leased.ts';
import { phone, setStage } from './stage.ts';

const stage = setStage(['--pool-capacity', '40']);

it('shows who holds, needs and waits, as it happens', async () => {
  const page = await stage.open();
  await page.locator('.nav-link[data-view=pool]').click();
  await page.getByText('No program has asked for a lease yet.').waitFor();
  const anna = await leased(stage.hub.wire, 'web <b>1</b>');
  anna.take(12);
  const row = page.locator('.pool-table tbody tr');
  await row.filter({ has: page.locator('td:nth-of-type(1)', { hasText: /^12$/ }) }).waitFor();
  expect(await row.locator('bdi').textContent()).toBe('web <b>1</b>');
  await page.locator('.pool-figures', { hasText: 'Open12 / 40' }).waitFor();
  await page
    .getByRole('img', { name: /^12 of 40 connections are open, 0 are waited for, one client/ })
    .waitFor();
  expect(await page.locator('.pool-area[data-seat="0"]').getAttribute('d')).toMatch(/^M/);

  anna.take(50);
  await page.locator('tr[data-waiting=true]').waitFor();
  await page.getByText('More is needed than there is.').waitFor();
  await page.locator('.tool-language').click();
  await page.getByRole('heading', { name: '连接池' }).waitFor();
});

it('fits on a phone', async () => {
  const anna = await leased(stage.hub.wire, 'a-program-of-a-very-long-name-that-nobody-can-pronounce');
  anna.take(3);
  const page = await stage.open(phone, '#/pool');
  await page.locator('.pool-table tbody tr').first().waitFor();
  const { scroll, client } = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return { scroll: scrollWidth, client: clientWidth };
  });
  expect(scroll).toBe(client);
  expect(await page.locator('.nav-link').count()).toBe(5);
});
