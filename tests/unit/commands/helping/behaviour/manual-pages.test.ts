// The manual pages of all verbs: they are what mandoc and groff expect, and the npm package names each of them.
import { execFileSync, spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'tap'
import { inProject } from '../../../../../harness/base/paths.ts'
import { has } from '../fixtures/shells.ts'

void test('the pages', async (t) => {
  const place = t.testdir({})
  execFileSync(inProject('gmemtest'), ['manual', '--output', place])
  const pages = readdirSync(place).toSorted()
  t.ok(pages.includes('gmemtest.1') && pages.includes('gmemtest-run.1'))
  const manifest: unknown = JSON.parse(readFileSync(inProject('package.json'), 'utf8'))
  t.match(manifest, { man: pages.map((page) => `./dist/man/${page}`) }, 'package.json has all pages: "man"')

  void t.test('without a warning of mandoc', { skip: has('mandoc') ? false : 'mandoc is not installed' }, async (t) => {
    const ran = spawnSync('mandoc', ['-T', 'lint', ...pages.map((page) => path.join(place, page))], {
      encoding: 'utf8',
    })
    t.match(ran, { status: 0, stdout: '', stderr: '' })
  })
  void t.test('without a warning of groff', { skip: has('groff') ? false : 'groff is not installed' }, async (t) => {
    for (const page of pages) {
      const ran = spawnSync('groff', ['-man', '-ww', '-Tutf8', path.join(place, page)], { encoding: 'utf8' })
      t.match(ran, { status: 0, stderr: '' }, page)
    }
  })
})
