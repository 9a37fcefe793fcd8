// A bundle that waits for gdb: the arguments of QEMU, and the exit code that its console tells.
import { chmod } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'tap'
import { debugBundle } from '../../../../harness/campaigns/repro/plain-qemu.ts'

void test('QEMU waits for gdb, and the console tells the exit code', async (t) => {
  const directory = t.testdir({
    bin: { 'qemu-system-x86_64': `#!/bin/sh\necho "$@"\nprintf 'reproducer: exit code %s\\r\\n' "$CODE"\n` },
  })
  await chmod(path.join(directory, 'bin', 'qemu-system-x86_64'), 0o755)
  const { PATH, CODE } = process.env
  t.teardown(() => Object.assign(process.env, { PATH, CODE }))
  process.env['PATH'] = `${path.join(directory, 'bin')}:${PATH ?? ''}`
  const debug = async (code: string): Promise<{ code: number | undefined; lines: readonly string[] }> => {
    process.env['CODE'] = code
    const lines: string[] = []
    const end = await debugBundle({
      directory,
      files: { image: 'bzImage', initramfs: 'initramfs.cpio' },
      words: ['odd'],
      profile: { pools: { '1G': 0, '2M': 4 }, variants: [] },
      accelerator: 'tcg',
      socket: '/tmp/a,b/gdb',
      onLine: (line) => lines.push(line),
      signal: AbortSignal.timeout(60_000),
    })
    return { code: end, lines }
  }
  const { code, lines } = await debug('1')
  t.equal(code, 1)
  t.match(lines[0], / -accel tcg,thread=multi -cpu max,\+svm,\+npt .* -kernel bzImage -initrd initramfs\.cpio /)
  t.match(lines[0], / -append console=ttyS0 panic=-1 odd hugepagesz=2M hugepages=4 /)
  t.match(lines[0], / -S -gdb unix:\/tmp\/a,,b\/gdb,server=on,wait=off$/)
  t.equal((await debug('')).code, undefined)
})
