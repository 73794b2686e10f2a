// Task 29: any indicator by group with interval and risk ratio, trend, drill by right, suppressed.
import {readFileSync} from 'node:fs';
import {as, assert, checkAxe, done, print, stranger, test, typeSignIn, visit} from './lib.mjs';

test('task 29: who is left out, from the district to the student', async () => {
  const page = await stranger();
  await typeSignIn(page, 'administrator');
  await visit(page, '/equity?ind=home_line_ok&by=meal');
  let text = await page.locator('main').innerText();
  assert.match(text, /Risk ratio/);
  assert.match(text, /\d+\.\d to \d+\.\d/);
  await checkAxe(page, 'equity');
  assert.ok(await print(page, 'task29-equity') >= 1);

  // down to a school: small groups are a word, not a number
  await Promise.all([page.waitForNavigation(), page.locator('a[href^="/equity?org="]').last().click()]);
  text = await page.locator('main').innerText();
  assert.match(await page.locator('.crumbs').innerText(), /›/, 'where one is');

  // down to the students, by right and on record
  const list = page.locator('a[href^="/equity/students"]');
  assert.ok(await list.count(), 'an administrator may open the list');
  await Promise.all([page.waitForNavigation(), list.first().click()]);
  assert.match(await page.locator('main').innerText(), /recorded/);
  const student = page.locator('main tbody th a').first();
  await Promise.all([page.waitForNavigation(), student.click()]);
  text = await page.locator('main').innerText();
  assert.match(text, /Who saw this record/);
  await done(page);
});

test('task 29: the trend of an indicator, with its numbers', async () => {
  const page = await as('director');
  await visit(page, '/indicators/home_line_ok');
  assert.ok(await page.locator('svg.chart polyline').count() > 0, 'a line over time');
  assert.ok(await page.locator('details.numbers tbody tr').count() > 1, 'and its numbers');
  await done(page);
});

test('task 29: the state analyst sees groups, never persons', async () => {
  const page = await as('analyst');
  await visit(page, '/equity?ind=home_line_ok&by=race');
  assert.equal(await page.locator('a[href*="/students"]').count(), 0);
  assert.match(await page.locator('main').innerText(), /hidden|oculto|n =|students/);
  await done(page);
});

test('task 29: what is hidden on the screen is hidden in the CSV', async () => {
  const page = await as('director');
  await visit(page, '/indicators/home_line_ok?by=race');
  const hidden = await page.locator('#groups .tag.hid').count();
  const [download] = await Promise.all([page.waitForEvent('download'), page.locator('a[href*="values.csv"]').click()]);
  const rows = readFileSync(await download.path(), 'utf8').split('\r\n').map(r => r.split(','));
  const state = rows[0].indexOf('state'), value = rows[0].indexOf('value'), n = rows[0].indexOf('n');
  const gone = rows.slice(1).filter(r => r[state] === 'hidden');
  assert.ok(gone.every(r => r[value] === '' ), 'a hidden value is empty');
  assert.ok(hidden === 0 || gone.length > 0);
  assert.ok(n > 0);
  await done(page);
});
