// Scenarios outside of the checkout: they import gmemtest by its name, also where Node finds no package.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'tap'
import { run } from '../../../../harness/process/run-program.ts'
import { inProject } from '../../../../harness/base/paths.ts'

// Outside of the checkout, in whose directories Node would find its package.json.
const place = mkdtempSync(path.join(tmpdir(), 'gmemtest-own-'))
const text = `
import type { ScenarioContext } from 'gmemtest'
import { scenario } from 'gmemtest'
import { title } from './common/title.ts'
const run = async ({ memory }: ScenarioContext): Promise<void> => void (await memory({ pages: 1, initially: 'shared' }))
export default scenario({ title, rules: ['S-A1'], run })
`

void test('a scenario imports gmemtest by its name, with a package.json of any kind or none', async (t) => {
  t.teardown(() => rmSync(place, { recursive: true, force: true }))
  for (const [name, manifest] of [
    ['none', undefined],
    ['module', '{"type": "module"}'],
    ['empty', '{}'],
  ] as const) {
    const directory = path.join(place, name)
    await mkdir(path.join(directory, 'common'), { recursive: true })
    await writeFile(path.join(directory, 'mine.ts'), text)
    await writeFile(path.join(directory, 'common/title.ts'), `export const title: string = 'mine'`)
    if (manifest !== undefined) await writeFile(path.join(directory, 'package.json'), manifest)
    const options = { signal: new AbortController().signal, timeout: 60_000 }
    const ran = await run(inProject('gmemtest'), ['list', '--scenarios', directory], options)
    t.match(ran, { exitCode: 0, stdout: 'mine  mine [S-A1]', stderr: '' }, name)
  }
})
