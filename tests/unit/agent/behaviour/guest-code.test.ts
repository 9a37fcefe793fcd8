import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { test } from 'tap'
import { inProject } from '../../../../harness/base/paths.ts'

const run = promisify(execFile)

void test("the guest's code needs nothing but itself: it is copied into a guest as it is", async (t) => {
  const object = path.join(t.testdir(), 'guest_code.o')
  const source = inProject('guest-images/agent/guest_code.c')
  await run('gcc', ['-std=gnu11', '-O2', '-c', source, '-o', object])
  const { stdout: relocations } = await run('readelf', ['-rW', object])
  t.notMatch(relocations, /'\.rela?guest_code'/, 'no calls, no data, no jump tables')
  const { stdout: code } = await run('objdump', ['-d', '-j', 'guest_code', object])
  t.notMatch(code, /%xmm|%fs:|\bcall\b|%rip/, 'no vector registers, no thread-local data')
  t.match(code, /out +%al,\(%dx\)/, 'it says when it is done')
})
