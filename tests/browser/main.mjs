// Loads every *.test.mjs beside it and runs their tests one after the other in one browser.
import {readdirSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {closeBrowser, openBrowser, tests} from './lib.mjs';

const [base, work, out, pattern] = process.argv.slice(2);
const here = dirname(fileURLToPath(import.meta.url));
await openBrowser(base, work, out);
for (const file of readdirSync(here).filter(f => f.endsWith('.test.mjs')).sort()) await import(join(here, file));
let passed = 0, failed = 0;
for (const t of tests.filter(t => !pattern || t.name.includes(pattern))) {
  const began = Date.now();
  try {
    await t.run();
    passed++;
    console.log(`ok      ${t.name}  ${Date.now() - began} ms`);
  } catch (e) {
    failed++;
    console.log(`FAILED  ${t.name}\n        ${String(e.message ?? e).split('\n').slice(0, 30).join('\n        ')}`);
  }
}
await closeBrowser();
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
