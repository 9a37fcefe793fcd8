// Names of one file are the same place.
import { symlinkSync } from 'node:fs'
import { test } from 'tap'
import { realPlace } from '../../../../harness/report/stored/real-place.ts'

void test('a link to a file, and a file behind a link to its directory, are the same place', async (t) => {
  const home = t.testdir({ real: { file: '' } })
  symlinkSync('real', `${home}/link`)
  symlinkSync('real/file', `${home}/other`)
  const file = await realPlace(`${home}/real/file`)
  t.equal(await realPlace(`${home}/link/file`), file)
  t.equal(await realPlace(`${home}/other`), file)
  t.equal(await realPlace(`${home}/link/new`), file.replace(/file$/, 'new'), 'a file that does not exist')
  t.equal(await realPlace('/no/such/place'), '/no/such/place')
})
