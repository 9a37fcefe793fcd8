// A report never replaces the events that it is made of.
import { symlinkSync } from 'node:fs'
import { test } from 'tap'
import { refuseSources } from '../../../../harness/report/stored/refuse-sources.ts'

void test('a report to one of the sources is refused, also by the name of a link', async (t) => {
  const home = t.testdir({ run: { 'results.jsonl': '' } })
  symlinkSync('run', `${home}/latest`)
  const sources = [`${home}/other/results.jsonl`, `${home}/run/results.jsonl`]
  await t.rejects(refuseSources(sources, [{ format: 'jsonl', to: { path: `${home}/latest/results.jsonl` } }]), {
    code: 'OPTION_VALUE',
    message: /would overwrite .*\/run\/results\.jsonl/,
  })
  await refuseSources(sources, [
    { format: 'tap', to: 'stdout' },
    { format: 'junit', to: { file: 'junit.xml' } },
    { format: 'kcidb', to: { path: `${home}/latest/kcidb.json` } },
  ])
})
