// Task 4: adopt standards, run the baseline, get a ranked list of gaps with the cost to close each.
import {readFileSync} from 'node:fs';
import {as, assert, checkAxe, done, print, stranger, test, typeSignIn, visit} from './lib.mjs';

test('task 4: from published standards to one printed page of gaps', async () => {
  const page = await stranger();
  await typeSignIn(page, 'director');
  await visit(page, '/standards');
  const adopt = page.locator('form[action="/standards/adopt"] button');
  if (await adopt.count()) await Promise.all([page.waitForNavigation(), adopt.first().click()]);
  assert.match(await page.locator('h1').innerText(), /We hold ourselves to \d+ standards/);

  await visit(page, '/gaps');
  assert.match(await page.locator('h1').innerText(), /not in place yet/);
  const ranks = await page.locator('td[data-l=Rank]').allInnerTexts();
  const numbers = ranks.filter(t => /\d/.test(t)).map(t => parseFloat(t.replace(/,/g, '')));
  assert.ok(numbers.length > 3, 'there are ranked gaps');
  assert.deepEqual(numbers, [...numbers].sort((a, b) => b - a), 'the most pressing stands first');
  assert.ok((await page.locator('td[data-l="Cost to close"]').allInnerTexts()).some(t => t.includes('$')), 'some have a price');

  // The formula is shown and editable, and the order follows.
  await page.fill('[name=people]', '0');
  await page.fill('[name=priority]', '0');
  await Promise.all([page.waitForNavigation(), page.click('form[action="/gaps/formula"] button')]);
  const far = await page.locator('td[data-l=Rank]').allInnerTexts();
  assert.notDeepEqual(far, ranks, 'another formula, another rank');
  await page.fill('[name=people]', '1');
  await page.fill('[name=priority]', '1');
  await Promise.all([page.waitForNavigation(), page.click('form[action="/gaps/formula"] button')]);

  // One gap: schools, cost, owner and date.
  await Promise.all([page.waitForNavigation(), page.locator('main tbody th a').first().click()]);
  await checkAxe(page, 'one gap');
  await page.fill('[name=owner]', 'Device lead');
  await page.fill('[name=due_on]', '2027-01-15');
  await Promise.all([page.waitForNavigation(), page.click('form[action$="/owner"] button')]);
  assert.match(await page.locator('#owner').innerText(), /Device lead, by 15 January 2027/);

  // CSV and XLSX carry what the screen shows.
  await visit(page, '/gaps');
  const rows = await page.locator('main table').first().locator('tbody tr').count();
  let [download] = await Promise.all([page.waitForEvent('download'), page.click('a[href^="/gaps/list.csv"]')]);
  const csv = readFileSync(await download.path(), 'utf8');
  assert.ok(csv.includes('Device lead'), 'the owner is in the CSV');
  assert.equal(csv.trim().split('\r\n').length, rows + 1, 'as many rows as on the screen');
  [download] = await Promise.all([page.waitForEvent('download'), page.click('a[href^="/gaps/list.xlsx"]')]);
  assert.equal(readFileSync(await download.path()).subarray(0, 2).toString(), 'PK');

  await visit(page, '/gaps/print');
  assert.equal(await print(page, 'task04-gaps'), 1, 'the print fits one sheet');
  await done(page);
});

test('task 4: editing an adopted standard makes a new version', async () => {
  const page = await as('director');
  await visit(page, '/standards');
  await Promise.all([page.waitForNavigation(), page.locator('main tbody th a').first().click()]);
  const before = await page.locator('[name=target]').inputValue();
  await page.fill('[name=target]', 'many');
  await Promise.all([page.waitForNavigation(), page.click('#edit button.act')]);
  assert.match(await page.locator('.errors').innerText(), /Write a number/);
  assert.equal(await page.locator('[name=target]').inputValue(), 'many', 'what was typed comes back');
  await page.fill('[name=target]', String(parseFloat(before) - 1));
  await Promise.all([page.waitForNavigation(), page.click('#edit button.act')]);
  assert.ok(await page.locator('main table tbody tr').count() >= 2, 'both versions are listed');
  await done(page);
});

test('task 4: the rooms, devices and students behind a gap, by right', async () => {
  const page = await as('director');
  await visit(page, '/gaps');
  for (const href of (await page.locator('main tbody th a').evaluateAll(all => all.map(a => a.getAttribute('href')))).slice(0, 6)) {
    await visit(page, href);
    const list = page.locator('a[href*="/units"]');
    if (!(await list.count())) continue;
    await Promise.all([page.waitForNavigation(), list.first().click()]);
    assert.match(await page.locator('h1').innerText(), /do not reach the standard/);
    assert.ok(await page.locator('main tbody tr').count() > 0);
  }
  await done(page);
});
