// Task 1: import a roster, see errors by row and field, preview, confirm, undo.
import {execFileSync} from 'node:child_process';
import {readFileSync, writeFileSync} from 'node:fs';
import {as, assert, checkAxe, done, file, print, stranger, test, typeSignIn, visit} from './lib.mjs';

// The sample's own roster with one student renamed and one row broken, zipped again.
function changedRoster() {
  const zip = file('files/oneroster.zip'), to = file('changed.zip');
  execFileSync('python3', ['-c', `
import zipfile, csv, io, sys
src, dst = sys.argv[1:3]
with zipfile.ZipFile(src) as a, zipfile.ZipFile(dst, 'w', zipfile.ZIP_DEFLATED) as b:
    for name in a.namelist():
        data = a.read(name)
        if name.endswith('users.csv'):
            rows = list(csv.reader(io.StringIO(data.decode('utf-8-sig'))))
            head = rows[0]
            students = [r for r in rows[1:] if any('student' in c for c in r)] or rows[1:]
            students[0][head.index('givenName')] = 'Renamed'
            students[1][head.index('sourcedId')] = ''
            out = io.StringIO(); csv.writer(out, lineterminator='\\r\\n').writerows(rows)
            data = out.getvalue().encode()
        b.writestr(name, data)
`, zip, to]);
  return to;
}

test('task 1: a roster from file to undo', async () => {
  const page = await stranger();
  await typeSignIn(page, 'director');
  await visit(page, '/import');
  await page.setInputFiles('[name=file]', changedRoster());
  await Promise.all([page.waitForURL(/import\/preview/), page.click('main form button')]);
  await page.locator('h1').waitFor();
  const preview = await page.locator('main').innerText();
  assert.match(preview, /added|change/i);
  assert.match(preview, /users\.csv/, 'the file with the broken row is named');
  assert.match(preview, /line \d+/, 'and its line');
  assert.match(preview, /Renamed/, 'and what would change is shown');
  await checkAxe(page, 'preview');
  assert.ok(await print(page, 'task01-preview') >= 1);
  await Promise.all([page.waitForURL(/import\/\d+$/), page.click('main form[action="/import/apply"] button.act')]);
  const applied = await page.locator('main').innerText();
  assert.match(applied, /applied/i);
  const csv = page.locator('a[href$="problems.csv"]');
  const [download] = await Promise.all([page.waitForEvent('download'), csv.click()]);
  assert.match(readFileSync(await download.path(), 'utf8'), /users\.csv/, 'the spreadsheet to hand back names the file');
  await Promise.all([page.waitForNavigation(), page.click('form[action$="/undo"] button')]);
  assert.match(await page.locator('main').innerText(), /taken back/i);
  await done(page);
});

test('task 1: a file that is no roster is refused with advice', async () => {
  const page = await as('director');
  writeFileSync(file('letter.csv'), 'Dear parents,\nschool begins on Monday.\n');
  await visit(page, '/import');
  await page.setInputFiles('[name=file]', file('letter.csv'));
  await Promise.all([page.waitForNavigation(), page.click('main form button')]);
  assert.match(await page.locator('main').innerText(), /not understood|missing|no table/i);
  await done(page);
});
