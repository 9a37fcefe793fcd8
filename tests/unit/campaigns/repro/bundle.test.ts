// A bundle: its files, and what its script makes of the console of QEMU.
import { execFile } from 'node:child_process'
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { test } from 'tap'
import { writeBundle } from '../../../../harness/campaigns/repro/bundle.ts'
import { cacheDirectory } from '../../../../harness/base/paths.ts'

const run = promisify(execFile)

/** Runs the script of a bundle with a QEMU that prints its arguments and then this text. */
async function runWith(directory: string, text: string, args: readonly string[] = []): Promise<unknown> {
  const programs = path.join(directory, '..', 'programs')
  await mkdir(programs, { recursive: true })
  await writeFile(path.join(programs, 'qemu-system-x86_64'), `#!/bin/sh\necho "$@"\nprintf '${text}'\n`, {
    mode: 0o755,
  })
  const env = { ...process.env, PATH: `${programs}:${process.env['PATH'] ?? ''}` }
  return run(path.join(directory, 'repro.sh'), args, { env }).then(
    ({ stdout }) => ({ code: 0, stdout }),
    (error: unknown) => error,
  )
}

void test('a bundle needs only QEMU', async (t) => {
  const base = t.testdir({ kernel: { bzImage: 'image', config: 'CONFIG_KVM=y\n' }, bundle: {} })
  const directory = path.join(base, 'bundle')
  await writeBundle({
    directory,
    source: 'int main(void)\n{\n\treturn 4;\n}\n',
    kernel: path.join(base, 'kernel'),
    words: ["odd='word'"],
    profile: { pools: { '1G': 0, '2M': 4 }, variants: ['hvo'] },
    cache: cacheDirectory(),
    signal: AbortSignal.timeout(100_000),
  })
  t.equal(await readFile(path.join(directory, 'bzImage'), 'utf8'), 'image')
  t.equal(await readFile(path.join(directory, 'config'), 'utf8'), 'CONFIG_KVM=y\n')
  t.match(await run(path.join(directory, 'reproducer')).catch((error: unknown) => error), { code: 4 })
  t.ok((await stat(path.join(directory, 'initramfs.cpio'))).size > 2 ** 16)

  const well = await runWith(directory, String.raw`reproducer: exit code 0\r\n`)
  t.match(well, { code: 0, stdout: /-kernel bzImage -initrd initramfs\.cpio -append console=ttyS0 / })
  t.match(
    well,
    { stdout: /odd='word' hugepagesz=2M hugepages=4 hugetlb_free_vmemmap=on/ },
    'the kernel is booted as it was',
  )
  t.match(await runWith(directory, String.raw`reproducer: exit code 4\r\n`), { code: 4 })
  t.match(await runWith(directory, String.raw`reproducer: exit code 1\r\n`), { code: 1 })
  t.match(await runWith(directory, String.raw`Kernel panic - not syncing\n`), { code: 1, stderr: /died or hung/ })
  t.match(await runWith(directory, 'reproducer: exit code 0', ['/boot/other']), {
    code: 0,
    stdout: /-kernel \/boot\/other /,
  })
})
