// Task 11: broadband per school against the norm; home access by school and group.
import {as, assert, checkAxe, done, print, stranger, test, typeSignIn, visit} from './lib.mjs';

test('task 11: each school\'s line against the norm, printed', async () => {
  const page = await stranger();
  await typeSignIn(page, 'director');
  await visit(page, '/indicators');
  await Promise.all([page.waitForNavigation(), page.locator('a[href^="/indicators/school_bandwidth?"]').first().click()]);
  assert.match(await page.locator('main').innerText(), /Where/);
  const schools = await page.locator('section:has(h2:text-is("Where")) tbody tr').count();
  assert.ok(schools > 1, 'school by school');
  assert.match(await page.locator('main').innerText(), /standard/i, 'the norm stands beside it');
  await checkAxe(page, 'bandwidth');
  assert.ok(await print(page, 'task11-bandwidth') >= 1);
  await done(page);
});

test('task 11: home access by school and by group, with intervals', async () => {
  const page = await as('director');
  await visit(page, '/indicators/home_line_ok?by=meal');
  const text = await page.locator('main').innerText();
  assert.match(text, /Free or reduced meals/);
  assert.match(text, /\d+\.\d to \d+\.\d/, 'an interval stands beside each rate');
  assert.match(text, /Risk ratio/);
  assert.ok(await page.locator('section:has(h2:text-is("Where")) tbody tr').count() > 1, 'and by school');
  assert.ok(await print(page, 'task11-home-access') >= 1);
  await done(page);
});
