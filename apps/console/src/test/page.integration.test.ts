import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import {
  approvalGranted,
  controlBucket,
  draft,
  healthChecked,
  incidentOpened,
  killSwitchKey,
  type CortexEvent,
  type Incident,
} from '@cortex/contracts';
import { eventually, freePort, startProvisionedNats, temporaryFolder, type ProvisionedNats } from '@cortex/testing';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startRunningConsole, type RunningConsole } from './running-console.ts';
import {
  ago,
  idOf,
  resolvedIncident,
  sampleApproval,
  sampleAttempt,
  sampleIncident,
  sampleOutcome,
} from './samples.ts';

const chromiumPath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
const appFolder = fileURLToPath(new URL('../../', import.meta.url));

let nats: ProvisionedNats;
let running: RunningConsole;
let browser: Browser;
let page: Page;
let complaints: string[];
const folder = temporaryFolder();

/** Writes the record and publishes the event, as the decision service does. */
async function open(incident: Incident): Promise<void> {
  await running.putIncident(incident);
  const { decisions: _decisions, ...summary } = incident;
  await running.bus.publish(
    draft(incidentOpened, { service: incident.service, incidentId: incident.id, data: { incident: summary } }),
  );
}

async function report(...outcomes: Parameters<typeof sampleOutcome>[]): Promise<void> {
  for (const [secondsAgo, changes] of outcomes) {
    await running.bus.publish(draft(healthChecked, { service: 'shop', data: sampleOutcome(secondsAgo, changes) }));
  }
}

const refused = { result: 'fail' as const, durationMs: 100, detail: 'connection refused' };

describe.skipIf(chromiumPath === undefined)('the page in a real browser', () => {
  beforeAll(async () => {
    await promisify(execFile)(process.execPath, ['../../tools/bundle.mjs'], { cwd: appFolder });
    nats = await startProvisionedNats();
    running = await startRunningConsole(nats.url, folder.path);
    browser = await chromium.launch({ executablePath: chromiumPath ?? '', args: ['--no-sandbox'] });
  });
  beforeEach(async () => {
    for (const key of await running.incidents.keys()) await running.incidents.delete(key);
    await running.call('PUT', '/kill-switch', { on: false, by: 'test', reason: 'fresh start' });
    page = await browser.newPage();
    complaints = [];
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(running.url);
    await page.getByTestId('connection').getByText('Live').waitFor();
  });
  afterEach(async () => {
    await page.close();
  });
  afterAll(async () => {
    await browser?.close();
    await running?.stop();
    await nats?.stop();
    folder.remove();
  });

  test('an incident appears by itself, and its timeline shows the nine steps with inputs and gates', async () => {
    await page.getByTestId('no-incidents').waitFor();
    const startedAt = performance.now();
    await open(sampleIncident(1));
    await page.getByTestId('incident').first().waitFor();
    expect(performance.now() - startedAt).toBeLessThan(5_000);
    await page.getByTestId('incident').first().click();
    await expect(page.getByTestId('incident-title').innerText()).resolves.toContain('shop-1 is unhealthy');
    expect(page.url()).toContain(`#/incidents/${idOf(1)}`);
    expect(await page.getByTestId('decision-step').count()).toBe(9);
    await page.getByText('failing checks').first().waitFor({ state: 'attached' });
    await page.getByText('kill switch allows it').waitFor();
    expect(complaints).toEqual([]);
  });

  test.each(['light', 'dark'] as const)('at 400 px no column is cut, %s', async (colorScheme) => {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width: 400, height: 900 });
    await open(sampleIncident(1, { severity: 'SEV0' }));
    await open(resolvedIncident(2, 1));
    await page.getByTestId('targets').waitFor();
    await page.getByTestId('score-parts').getByText('counts 0: SEV0').first().waitFor();
    // Text, because the tests are typed without a browser.
    const tooWide = (): Promise<unknown> =>
      page.evaluate(`[...document.querySelectorAll('*')]
        .filter((element) => element.getBoundingClientRect().right > 401 && element.getClientRects().length > 0)
        .map((element) => element.tagName + ' ' + element.className)`);
    expect(await tooWide()).toEqual([]);
    if (process.env['CORTEX_TEST_PICTURES'] !== undefined)
      await page.screenshot({
        path: `${process.env['CORTEX_TEST_PICTURES']}/overview-${colorScheme}.png`,
        fullPage: true,
      });
    await page.goto(`${running.url}/#/incidents/${idOf(1)}`);
    await page.getByTestId('incident-summary').getByText('Since').waitFor();
    expect(await tooWide()).toEqual([]);
    if (process.env['CORTEX_TEST_PICTURES'] !== undefined)
      await page.screenshot({
        path: `${process.env['CORTEX_TEST_PICTURES']}/incident-${colorScheme}.png`,
        fullPage: true,
      });
    await page.goto(`${running.url}/#/health`);
    await page.getByText('shop-http').first().waitFor();
    expect(await tooWide()).toEqual([]);
    expect(complaints).toEqual([]);
  });

  test('an address that leads nowhere says so', async () => {
    await page.goto(`${running.url}/#/incident/5f3c`);
    await page.getByTestId('unknown-route').getByText('There is no page #/incident/5f3c').waitFor();
    await page.goto(`${running.url}/#/`);
    await page.getByTestId('unknown-route').waitFor({ state: 'detached' });
    expect(complaints).toEqual([]);
  });

  test('a selected incident follows what happens to it until it is resolved', async () => {
    await open(sampleIncident(2));
    await page.getByTestId('incident').first().click();
    await open(sampleIncident(2, { status: 'remediating', attempts: [sampleAttempt(2, ago(0))], updatedAt: ago(0) }));
    await page.getByTestId('incident-detail').getByText('Step 1 Restart: succeeded').waitFor();
    await open(resolvedIncident(2, 0));
    await page.getByTestId('incident-detail').getByText('Resolved: auto remediation').waitFor();
    await page.getByTestId('resolved-incidents').getByTestId('incident').waitFor();
    expect(await page.getByTestId('open-incidents').getByTestId('incident').count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  test('the kill switch asks who and why, shows clearly that it is on, and goes off again', async () => {
    await page.getByTestId('kill-switch').click();
    await page.getByTestId('confirm').click();
    // The browser itself refuses an empty name; nothing was sent.
    expect((await running.call('GET', '/kill-switch')).body).toMatchObject({ on: false });
    await page.getByLabel('Your name').fill('Anna');
    await page.getByLabel('Why?').fill('I do not trust this');
    await page.getByTestId('confirm').click();
    await page.getByTestId('kill-switch-banner').getByText('I do not trust this').waitFor();
    expect(await page.getByTestId('kill-switch-state').innerText()).toBe('ON');
    const control = await running.bus.bucket(controlBucket);
    expect((await control.get(killSwitchKey))?.value).toMatchObject({ on: true, by: 'Anna' });

    await page.getByRole('button', { name: 'Turn it off' }).click();
    // The name is remembered.
    expect(await page.getByLabel('Your name').inputValue()).toBe('Anna');
    await page.getByLabel('Why?').fill('all is well');
    await page.getByTestId('confirm').click();
    await page.getByTestId('kill-switch-banner').waitFor({ state: 'detached' });
    expect(complaints).toEqual([]);
  });

  test('what is silenced is said above everything, until it is lifted', async () => {
    const endsAt = new Date(Date.now() + 3_600_000).toISOString();
    const wish = { service: 'shop', instance: 'shop-2', endsAt, by: 'Anna', reason: 'new disks' };
    const { silence } = (await running.call('POST', '/silences', wish)).body as { silence: { id: string } };
    await page
      .getByTestId('silences')
      .getByText(/shop \/ shop-2 until .* — Anna: new disks/)
      .waitFor();
    await running.call('DELETE', `/silences/${silence.id}`, { by: 'Anna' });
    await page.getByTestId('silences').waitFor({ state: 'detached' });
    expect(complaints).toEqual([]);
  });

  test('an approval shows its plan and is answered', async () => {
    const granted: CortexEvent<'approval.granted'>[] = [];
    const reading = await running.bus.read({
      event: approvalGranted,
      from: 'new',
      handle: (event) => void granted.push(event),
    });
    await open(sampleIncident(3, { status: 'awaiting_approval', approval: sampleApproval(3) }));
    await page.getByTestId('approval').getByRole('button', { name: 'Approve' }).click();
    const dialog = page.getByTestId('dialog');
    await dialog.getByText('restart_service').waitFor();
    await dialog.getByLabel('Your name').fill('Ben');
    await dialog.getByTestId('confirm').click();
    await dialog.waitFor({ state: 'detached' });
    await eventually(() =>
      expect(granted).toMatchObject([{ data: { by: 'Ben', approvalId: 'approval-3', planHash: 'plan-3' } }]),
    );
    await open(
      sampleIncident(3, {
        status: 'remediating',
        approval: sampleApproval(3, { status: 'granted', grantedBy: ['Ben'] }),
      }),
    );
    await page.getByTestId('approval').waitFor({ state: 'detached' });
    await reading.stop();
    expect(complaints).toEqual([]);
  });

  test('a refusal is told inside the dialog, which stays open', async () => {
    await open(sampleIncident(4, { status: 'awaiting_approval', approval: sampleApproval(4) }));
    await page.getByTestId('approval').getByRole('button', { name: 'Approve' }).click();
    await running.putIncident(
      sampleIncident(4, { approval: sampleApproval(4, { status: 'denied', decidedBy: 'cleo' }) }),
    );
    await page.getByLabel('Your name').fill('Ben');
    await page.getByTestId('confirm').click();
    await page.getByTestId('dialog').getByText('CORTEX_APPROVAL_NOT_PENDING').waitFor();
    // The browser logs the 409 itself; that is the only complaint.
    expect(complaints.filter((text) => !text.includes('409'))).toEqual([]);
  });

  test('everything is reachable by keyboard', async () => {
    await open(sampleIncident(5, { startedAt: ago(9) }));
    await open(sampleIncident(6, { startedAt: ago(3), service: 'db', title: 'db is slow' }));
    await page.getByTestId('incident').nth(1).waitFor();
    await page.keyboard.press('j');
    await page.getByTestId('incident-title').getByText('db is slow').waitFor();
    await page.keyboard.press('j');
    await page.getByTestId('incident-title').getByText('shop-1 is unhealthy').waitFor();
    await page.keyboard.press('k');
    await page.getByTestId('incident-title').getByText('db is slow').waitFor();
    await page.keyboard.press('Escape');
    await page.getByTestId('overview').waitFor();
    await page.getByTestId('kill-switch').focus();
    await page.keyboard.press('Enter');
    await page.getByTestId('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByTestId('dialog').waitFor({ state: 'detached' });
    // From the top, Tab meets the skip link first.
    await page.reload();
    await page.getByTestId('overview').waitFor();
    await page.keyboard.press('Tab');
    expect(await page.locator(':focus').innerText()).toBe('Skip to the incident');
    expect(complaints).toEqual([]);
  });

  test('health shows each check with its last result and those before, and follows what happens', async () => {
    await report([5], [4], [3, refused], [2, { ...refused, detail: '<b>refused</b> again' }]);
    await page.getByRole('link', { name: 'Health' }).click();
    expect(page.url()).toContain('#/health');
    const check = page.getByTestId('check').filter({ hasText: 'shop-http' });
    await check.getByTestId('check-state').getByText('failing').waitFor();
    await check.getByText('<b>refused</b> again (2 times, first').waitFor();
    expect(await check.getByTestId('bars').getAttribute('aria-label')).toBe('Of the last 4 results 2 passed, 2 failed');
    expect(await check.locator('.bars g').evaluateAll((bars) => bars.map((bar) => bar.getAttribute('class')))).toEqual([
      'pass',
      'pass',
      'fail',
      'fail',
    ]);
    expect(await check.locator('.bars title').last().textContent()).toMatch(
      / · failed · 100 ms\n<b>refused<\/b> again$/,
    );
    const failedBar = await check.locator('.bars .fail rect').last().getAttribute('height');
    const passedBar = await check.locator('.bars .pass rect').last().getAttribute('height');
    expect(Number(failedBar)).toBeGreaterThan(Number(passedBar));
    expect(await page.getByTestId('check-counts').innerText()).toMatch(/1 failing\s+3 unknown/);

    await report([1, { durationMs: 33, detail: '200 in 33 ms' }]);
    await check.getByTestId('check-state').getByText('passing').waitFor();
    await check.getByText('200 in 33 ms', { exact: true }).waitFor();
    expect(complaints).toEqual([]);
  });

  test('checks are narrowed down by keyboard, and the address keeps how', async () => {
    await report([1, refused]);
    await page.goto(`${running.url}/#/health`);
    await page.getByTestId('check').nth(3).waitFor();
    await page.getByLabel('Service').locator('option', { hasText: 'db' }).waitFor({ state: 'attached' });
    await page.getByLabel('Service').focus();
    await page.keyboard.type('db');
    await page.getByTestId('check').nth(1).waitFor({ state: 'detached' });
    expect(page.url()).toContain('#/health?service=db');
    await page.getByLabel('Only failing').focus();
    await page.keyboard.press('Space');
    await page.getByTestId('no-checks').getByText('Nothing fails.').waitFor();
    await page.getByLabel('Service').selectOption('shop');
    await page.getByTestId('check').getByText('shop-http', { exact: true }).waitFor();
    await page.reload();
    await page.getByTestId('check').getByText('shop-http', { exact: true }).waitFor();
    expect(await page.getByLabel('Only failing').isChecked()).toBe(true);
    await page.locator('summary').focus();
    await page.keyboard.press('Enter');
    await page.locator('.results').getByText('failed').first().waitFor();
    await page.keyboard.press('Escape');
    await page.getByTestId('overview').waitFor();
    expect(complaints).toEqual([]);
  });

  test('health fits a phone, and stays readable while nobody answers', async () => {
    const port = await freePort();
    const settings = { trustedHosts: [] };
    const mortal = await startRunningConsole(nats.url, folder.path, settings, undefined, port);
    await report([1, refused]);
    await page.setViewportSize({ width: 400, height: 800 });
    await page.goto(`${mortal.url}/#/health`);
    const check = page.getByTestId('check').filter({ hasText: 'shop-http' });
    await check.getByTestId('check-state').getByText('failing').waitFor();
    // Now everything has been read once, and the stream is open.
    await page.getByTestId('kill-switch-state').getByText('off').waitFor();
    await page.getByTestId('connection').getByText('Live').waitFor();
    const excess = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
    expect(excess).toBe(0);
    await mortal.stop();
    await page.getByTestId('disconnected').waitFor();
    expect(await check.getByTestId('check-state').innerText()).toBe('failing');
    expect(await page.locator('.problem').count()).toBe(0);
    await report([0, { detail: 'here again' }]);
    const reborn = await startRunningConsole(nats.url, folder.path, settings, undefined, port);
    await check.getByText('here again', { exact: true }).waitFor();
    await page.getByTestId('disconnected').waitFor({ state: 'detached' });
    await reborn.stop();
  });

  test('names that carry markup are text, not markup', async () => {
    const title = '<img src=x onerror="document.title=\'owned\'"><script>alert(1)</script>';
    await open(sampleIncident(7, { title }));
    // Those of the test before may not be gone yet.
    await page.getByTestId('open-incidents').getByTestId('incident').filter({ hasText: title }).click();
    await expect.poll(() => page.getByTestId('incident-title').innerText()).toBe(title);
    await expect.poll(() => page.title()).toBe('(1) Cortex');
    expect(complaints).toEqual([]);
  });

  test('says that it is disconnected, keeps what it knew, and comes back by itself', async () => {
    await open(sampleIncident(8));
    const port = await freePort();
    const settings = { trustedHosts: [] };
    const mortal = await startRunningConsole(nats.url, folder.path, settings, undefined, port);
    await page.goto(mortal.url);
    await page.getByTestId('incident').waitFor();
    await mortal.stop();
    await page.getByTestId('disconnected').waitFor();
    expect(await page.getByTestId('connection').innerText()).toBe('Disconnected');
    expect(await page.getByTestId('incident').count()).toBe(1);
    await open(sampleIncident(9, { service: 'db' }));
    const reborn = await startRunningConsole(nats.url, folder.path, settings, undefined, port);
    await page.getByTestId('disconnected').waitFor({ state: 'detached' });
    await page.getByTestId('incident').nth(1).waitFor();
    await reborn.stop();
  });
});
