// What the tests share: the browser, signing in as a role, and the checks every page must pass.
import assert from 'node:assert/strict';
import {mkdirSync, readFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {join} from 'node:path';

const require = createRequire(join(process.env.NODE_PATH ?? '', 'package.json'));
const {chromium} = require('playwright-core');
const axeSource = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

export {assert};
export const tests = [];
export const test = (name, run) => tests.push({name, run});

let browser, base, signIns;
const states = new Map(); // role and language -> cookies of somebody signed in
export const places = {work: '', out: ''};

export async function openBrowser(at, work, out) {
  base = at;
  places.work = work;
  places.out = out;
  mkdirSync(out, {recursive: true});
  signIns = Object.fromEntries(JSON.parse(readFileSync(join(work, 'sign-ins.json'), 'utf8')).map(a => [a.username, a]));
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync'],
  });
}
export const closeBrowser = () => browser.close();

const sizes = {phone: {width: 390, height: 844}, desk: {width: 1280, height: 900}};

// A page of somebody new: {size: 'phone'|'desk', dark, lang: 'en'|'es', javaScript: false}.
export async function stranger({size = 'desk', dark = false, lang = 'en', javaScript = true, storageState} = {}) {
  const context = await browser.newContext({
    baseURL: base, viewport: sizes[size], colorScheme: dark ? 'dark' : 'light', javaScriptEnabled: javaScript,
    locale: lang === 'es' ? 'es-US' : 'en-US', acceptDownloads: true, storageState, reducedMotion: 'reduce',
  });
  if (javaScript) await context.addInitScript({content: axeSource});
  const page = await context.newPage();
  page.setDefaultTimeout(20000);
  page.troubles = [];
  page.on('console', m => { if (m.type() === 'error') page.troubles.push(m.text()); });
  page.on('pageerror', e => page.troubles.push(String(e)));
  return page;
}

// Types name and password, as a person does.
export async function typeSignIn(page, username) {
  await page.goto('/sign-in');
  await page.fill('[name=username]', username);
  await page.fill('[name=password]', signIns[username].password);
  await Promise.all([page.waitForURL(u => !u.pathname.startsWith('/sign-in')), page.click('main button')]);
  await page.goto('/?lang=en');
}

// Signed in, from a session kept between tests: a password takes its time on purpose.
export async function as(username, options = {}) {
  const lang = options.lang ?? 'en', key = `${username} ${lang}`;
  if (!states.has(key)) {
    const page = await stranger({lang});
    await typeSignIn(page, username);
    await page.goto(`/?lang=${lang}`);
    states.set(key, await page.context().storageState());
    await page.context().close();
  }
  return stranger({...options, storageState: states.get(key)});
}
export const done = page => page.context().close();

// A page of the program, not an error: 200 and a heading.
export async function visit(page, path) {
  const response = await page.goto(path);
  assert.equal(response.status(), 200, `${path}: ${response.status()} ${await page.locator('main').innerText().catch(() => '')}`);
  await page.locator('h1').first().waitFor();
  return response;
}

/* -- checks ------------------------------------------------------------------------------ */

export async function checkAxe(page, what) {
  const result = await page.evaluate(() => axe.run(document, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'], resultTypes: ['violations'],
  }));
  const found = result.violations.map(v => `${v.id} (${v.impact}): ${v.help}\n  ${v.nodes.slice(0, 3).map(n => `${n.target} ${n.html.slice(0, 160)}`).join('\n  ')}`);
  assert.equal(found.length, 0, `${what}: axe found ${found.length}\n${found.join('\n')}`);
}

export async function checkWidth(page, what) {
  const over = await page.evaluate(() => {
    const wide = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= wide) return null;
    const out = [...document.body.querySelectorAll('*')].filter(e => {
      const box = e.getBoundingClientRect();
      return box.right > wide + 1 && !e.closest('.scroll, .top nav');
    });
    return out.slice(-3).map(e => `${e.tagName} ${e.className} ${e.textContent.slice(0, 50)}`).join(' | ') || 'something';
  });
  assert.equal(over, null, `${what}: scrolls sideways because of ${over}`);
}

export const checkQuiet = (page, what) => assert.deepEqual(page.troubles, [], `${what}: the console complains`);

// Words of English that no Spanish page holds. What the records say (names, classes, addresses) stays
// as it is and is taken out first.
const recorded = () => [/Riverbend School District/g, /State of \w+/g, /[\w.-]+@[\w.-]+/g, /\{".*\}/g, /[\w-]+\.(csv|zip)/g,
  /\b(Grade \d+|Kindergarten|Prekindergarten) Homeroom - \d+/g, /\b[A-Z][\w ]* - \d\d\b/g,
  ...Object.values(signIns).flatMap(a => [new RegExp(a.name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), 'g'), new RegExp(`^\\s*${a.username}\\s*$`, 'g')])];
const english = /\b(the|and|with|who|which|this|that|from|each|every|everyone|nobody|yet|now|not|are|were|has|have|been|your|you|they|their|there|year|years|school|schools|district|students?|teachers?|devices?|hidden|fewer|than|unknown|grades?|open|save|show|cost|gaps?|see|look|owner|none|working|assigned|learners?|meals|standard|standards|sign|settings|accounts?|home)\b/i;
export async function checkSpanish(page, what) {
  assert.equal(await page.evaluate(() => document.documentElement.lang), 'es', `${what}: the page says it is not Spanish`);
  const left = await page.evaluate(([pattern, names]) => {
    const re = new RegExp(pattern, 'i'), found = [], known = names.map(n => new RegExp(n, 'g'));
    const strip = text => known.reduce((t, k) => t.replace(k, ' '), text);
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let n = walk.nextNode(); n; n = walk.nextNode()) {
      const e = n.parentElement;
      if (e.closest('script, style, [lang=en], [translate=no]')) continue;
      const hit = strip(n.textContent).match(re);
      if (hit) found.push(`"${hit[0]}" in "${n.textContent.trim().slice(0, 90)}"`);
    }
    for (const e of document.querySelectorAll('[aria-label], [title], [placeholder], [data-l]'))
      for (const a of ['aria-label', 'title', 'placeholder', 'data-l']) {
        const hit = strip(e.getAttribute(a) ?? '').match(re);
        if (hit && !e.closest('[lang=en], [translate=no]')) found.push(`"${hit[0]}" in ${a} "${e.getAttribute(a).slice(0, 90)}"`);
      }
    return [...new Set(found)];
  }, [english.source, recorded().map(r => r.source)]);
  assert.deepEqual(left.slice(0, 12), [], `${what}: ${left.length} pieces of English are left`);
}

// Tab from the top: each stop is visible, has a focus ring, and none comes twice before the end.
export async function checkKeyboard(page, what, most = 120) {
  await page.evaluate(() => { document.activeElement?.blur?.(); window.scrollTo(0, 0); });
  const order = [];
  for (let i = 0; i < most; i++) {
    await page.keyboard.press('Tab');
    const at = await page.evaluate(() => {
      const e = document.activeElement;
      if (!e || e === document.body || e === document.documentElement) return null;
      const box = e.getBoundingClientRect(), style = getComputedStyle(e);
      e.dataset.stop ??= String(document.querySelectorAll('[data-stop]').length);
      return {stop: e.dataset.stop, what: `${e.tagName} ${e.textContent.trim().slice(0, 40)}`, tabIndex: e.tabIndex,
        seen: box.width > 1 && box.height > 1 && box.right > 0 && box.bottom > 0,
        ring: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2};
    });
    if (at === null) break;
    if (order.some(o => o.stop === at.stop)) break;
    assert.ok(at.seen, `${what}: focus goes where nothing is seen: ${at.what}`);
    assert.ok(at.ring, `${what}: no focus ring on ${at.what}`);
    assert.ok(at.tabIndex <= 0, `${what}: a tabindex changes the order at ${at.what}`);
    order.push(at);
  }
  assert.ok(order.length > 2, `${what}: the keyboard reaches only ${order.length} things`);
  assert.match(order[0].what, /Skip|Ir al contenido/, `${what}: the first stop is the way past the navigation`);
  return order;
}

/* -- paper ------------------------------------------------------------------------------- */

// Prints to build/browser/NAME.pdf and tells how many sheets it took.
export async function print(page, name) {
  const bytes = await page.pdf({path: join(places.out, `${name}.pdf`), format: 'Letter', preferCSSPageSize: true});
  return (bytes.toString('latin1').match(/\/Type\s*\/Page\b/g) ?? []).length;
}
export const picture = (page, name, fullPage = true) => page.screenshot({path: join(places.out, `${name}.png`), fullPage});

export const file = name => join(places.work, name);
