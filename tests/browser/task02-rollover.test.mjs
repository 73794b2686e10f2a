// Task 2: roll over the school year without losing links; run twice, nothing changes.
import {as, assert, done, file, print, test, visit} from './lib.mjs';

async function preview(page) {
  await visit(page, '/import');
  await page.setInputFiles('[name=file]', file('next/oneroster.zip'));
  await Promise.all([page.waitForURL(/import\/preview/), page.click('main form button')]);
  await page.locator('h1').waitFor();
  return page.locator('main').innerText();
}

async function apply(page) {
  const stop = page.locator('[name=end_many]');
  if (await stop.count()) await stop.check();
  await Promise.all([page.waitForURL(/import\/\d+$/), page.click('main form[action="/import/apply"] button.act')]);
  return page.locator('main').innerText();
}

test('task 2: next year comes in once, and only once', async () => {
  const page = await as('director');
  const first = await preview(page);
  assert.match(first, /would be added/);
  assert.match(await apply(page), /applied/i);
  const batch = page.url();
  const again = await preview(page);
  assert.match(again, /Nothing would change/, 'the second time nothing changes');
  assert.ok(await print(page, 'task02-second-preview') >= 1);
  // Back to this year, for the tests that follow.
  await visit(page, batch);
  await Promise.all([page.waitForNavigation(), page.click('form[action$="/undo"] button')]);
  assert.match(await page.locator('main').innerText(), /taken back/i);
  await done(page);
});
