// Every page of every role: accessible, in both languages, light and dark, on a phone and a desk.
import {as, assert, checkAxe, checkKeyboard, checkQuiet, checkSpanish, checkWidth, done, picture, stranger, test, visit} from './lib.mjs';

const plan = ['/gaps', '/gaps?level=schools', '/gaps?level=groups', '/gaps/print', '/standards'];
const read = ['/indicators', '/indicators/device_working', '/indicators/home_line_ok?by=learner&and=meal', '/indicators/usage_active', '/equity', '/schools'];
const roles = {
  director: ['/', ...plan, ...read, '/standards/new', '/standards/costs', '/students', '/settings', '/import', '/records', '/records/device', '/records/room?access_point=no'],
  administrator: ['/', '/accounts', '/accounts/new', '/accounts/roles', '/audit', '/settings'],
  privacy: ['/', '/audit', '/about/numbers'],
  principal: ['/', '/gaps', '/schools', '/students'],
  teacher: ['/', '/schools', '/students', '/indicators'],
  coach: ['/', '/gaps', '/schools'],
  support: ['/', '/gaps', '/students', '/records/device?condition=broken'],
  student: ['/', '/account', '/account/password'],
  guardian: ['/', '/account'],
  analyst: ['/', '/schools', '/equity', '/indicators'],
};
// From a list to the first of its rows: the pages whose address is not known beforehand.
const follow = {
  director: [['/standards', 'main tbody th a'], ['/gaps', 'main tbody th a'], ['/schools', 'main tbody th a']],
  principal: [['/students', 'main tbody th a']],
  teacher: [['/', 'main .next a']],
  guardian: [['/', 'main .act, main h2']],
};

async function pathsOf(role) {
  const paths = [...roles[role]], page = await as(role);
  for (const [from, what] of follow[role] ?? []) {
    await visit(page, from);
    const href = await page.locator(what).first().getAttribute('href');
    if (href) paths.push(href.split('#')[0]);
  }
  await done(page);
  return paths;
}

const withLang = (path, lang) => `${path}${path.includes('?') ? '&' : '?'}lang=${lang}`;

for (const role of Object.keys(roles)) {
  for (const [size, dark, lang] of [['phone', false, 'es'], ['phone', true, 'en'], ['desk', false, 'en'], ['desk', true, 'es']]) {
    test(`pages of the ${role}, ${size}, ${dark ? 'dark' : 'light'}, ${lang}`, async () => {
      const paths = await pathsOf(role), page = await as(role, {size, dark, lang}), troubles = [];
      for (const path of paths) {
        const what = `${path} (${role}, ${size}, ${dark ? 'dark' : 'light'}, ${lang})`;
        try {
          await visit(page, withLang(path, lang));
          await checkAxe(page, what);
          await checkWidth(page, what);
          if (lang === 'es') await checkSpanish(page, what);
          checkQuiet(page, what);
          await picture(page, `${role}-${size}-${lang}${dark ? '-dark' : ''}${path.replace(/[^a-z0-9]+/gi, '-')}`);
        } catch (e) {
          troubles.push(e.message);
          page.troubles.length = 0;
        }
      }
      await done(page);
      assert.equal(troubles.length, 0, troubles.join('\n'));
    });
  }
}

test('signing in: accessible, in both languages, on a phone', async () => {
  for (const lang of ['en', 'es']) {
    const page = await stranger({size: 'phone', lang});
    await visit(page, withLang('/sign-in', lang));
    await checkAxe(page, `/sign-in ${lang}`);
    await checkWidth(page, `/sign-in ${lang}`);
    if (lang === 'es') await checkSpanish(page, '/sign-in');
    checkQuiet(page, '/sign-in');
    await done(page);
  }
});

test('by keyboard: every stop is seen, ringed and in order', async () => {
  for (const [role, path] of [['director', '/'], ['director', '/gaps'], ['director', '/equity'], ['director', '/import'], ['teacher', '/'], ['guardian', '/']]) {
    const page = await as(role);
    await visit(page, path);
    await checkKeyboard(page, `${path} (${role})`);
    await done(page);
  }
});

test('reading works without JavaScript', async () => {
  const page = await as('director', {javaScript: false});
  for (const path of ['/', '/gaps', '/equity', '/indicators/device_working', '/schools']) {
    const response = await page.goto(path);
    assert.equal(response.status(), 200, path);
    assert.ok((await page.locator('main').innerText()).length > 200, path);
  }
  await done(page);
});

test('a first view weighs under 100 KB', async () => {
  for (const [role, path] of [['director', '/'], ['director', '/gaps'], ['director', '/indicators/device_working'], ['director', '/equity'], ['director', '/schools'], ['student', '/'], ['guardian', '/']]) {
    const page = await as(role), client = await page.context().newCDPSession(page);
    let bytes = 0;
    await client.send('Network.enable');
    await client.send('Network.setCacheDisabled', {cacheDisabled: true});
    client.on('Network.loadingFinished', e => { bytes += e.encodedDataLength; });
    await visit(page, path);
    await page.waitForLoadState('networkidle');
    assert.ok(bytes > 0 && bytes < 100_000, `${path} (${role}): ${bytes} bytes`);
    await done(page);
  }
});

test('the policy forbids inline scripts and styles on every kind of page', async () => {
  const page = await as('director');
  for (const path of ['/', '/gaps', '/sign-in', '/no-such-page', '/gaps/list.csv']) {
    const response = await page.request.get(path, {maxRedirects: 0});
    const policy = response.headers()['content-security-policy'] ?? '';
    assert.match(policy, /default-src 'none'|default-src 'self'/, `${path}: ${policy}`);
    assert.doesNotMatch(policy, /unsafe-inline|unsafe-eval/, path);
  }
  await done(page);
});

test('nobody sees what is not theirs', async () => {
  const director = await as('director');
  await visit(director, '/schools');
  const other = await director.locator('main tbody th a').last().getAttribute('href');
  await done(director);
  for (const [role, paths] of Object.entries({
    principal: ['/accounts', '/audit', '/import', '/standards/new'],
    teacher: ['/gaps', '/accounts', '/import'],
    student: ['/gaps', '/schools', '/indicators', '/equity', other],
    guardian: ['/gaps', '/schools', '/students/1', other],
    analyst: ['/students', '/students/1', '/gaps', '/equity/students'],
    coach: ['/students/1', '/equity/students'],
  })) {
    const page = await as(role);
    for (const path of paths) {
      const response = await page.request.get(path);
      assert.ok([403, 404].includes(response.status()), `${role} got ${response.status()} at ${path}`);
    }
    await done(page);
  }
});
