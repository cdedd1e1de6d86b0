import { chromium } from 'playwright-core';
import { it } from 'vitest';
import { mkdirSync } from 'node:fs';
import { startFakeHub } from './fake-hub.ts';
import { pageDirectory } from '@inkwire/web';
import { write } from './writing.ts';
const out = process.env.SHOTS ?? '/tmp/shots';
const only = process.env.ONLY?.split(',');
mkdirSync(out, { recursive: true });
it('shots', async () => {
  const hub = await startFakeHub(pageDirectory);
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', headless: true, args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] });
  const open = async (o: any = {}, hash = '') => {
    const ctx = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-GB', ...o });
    const page = await ctx.newPage();
    page.on('console', (m) => ['error', 'warning'].includes(m.type()) && console.log('console', m.text()));
    page.on('pageerror', (e) => console.log('pageerror', e));
    await page.goto(hub.url + '/' + hash);
    await page.waitForSelector('.ink-canvas', { state: 'attached' });
    return page;
  };
  const shot = async (name: string, o: any, act: (p: any) => Promise<void>, hash = '') => {
    if (only && !only.includes(name)) return;
    const page = await open(o, hash);
    await act(page);
    await page.screenshot({ path: `${out}/${name}.png` });
    await page.context().close();
  };
  const settle = (p: any) => p.waitForTimeout(1300);
  const phone = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true };
  await shot('empty', {}, async (p) => { await p.waitForTimeout(3200); });
  await shot('empty-dark', { colorScheme: 'dark' }, async (p) => { await p.waitForTimeout(3200); });
  for (const [t, h] of [['2047', 0], ['5', 1], ['38', 0], ['19', 1], ['660', 0], ['471', 1]] as const) {
    const p = await open(); await write(p, t, { hand: h }); await p.waitForSelector('.number'); await p.keyboard.press('Enter'); await p.waitForSelector('.kept-note'); await p.context().close();
  }
  await shot('several', {}, async (p) => { await write(p, '2047', { hand: 1 }); await p.waitForSelector('.number'); await settle(p); });
  await shot('several-dark', { colorScheme: 'dark' }, async (p) => { await write(p, '2047', { hand: 1 }); await p.waitForSelector('.number'); await settle(p); });
  await shot('phone', phone, async (p) => { await p.waitForTimeout(3200); });
  await shot('phone-several', phone, async (p) => { await write(p, '386'); await p.waitForSelector('.number'); await settle(p); });
  await shot('phone-readings', phone, async (p) => { await settle(p); }, '#/readings');
  await shot('samples', {}, async (p) => { await p.getByText('Ten samples').click(); await p.waitForSelector('.contact'); await settle(p); });
  await shot('samples-dark', { colorScheme: 'dark' }, async (p) => { await p.getByText('Ten samples').click(); await p.waitForSelector('.contact'); await settle(p); });
  await shot('detail', {}, async (p) => { await p.locator('.row-link').last().click(); await settle(p); });
  await shot('detail-dark', { colorScheme: 'dark' }, async (p) => { await p.locator('.row-link').last().click(); await settle(p); });
  await shot('model', { viewport: { width: 1440, height: 1900 } }, async (p) => { await settle(p); }, '#/model');
  await shot('model-dark', { viewport: { width: 1440, height: 1900 }, colorScheme: 'dark' }, async (p) => { await settle(p); }, '#/model');
  await shot('phone-model', phone, async (p) => { await settle(p); }, '#/model');
  await shot('chinese', { locale: 'zh-CN' }, async (p) => { await write(p, '386'); await p.waitForSelector('.number'); await settle(p); });
  await browser.close();
  await hub.close();
}, 180000);
