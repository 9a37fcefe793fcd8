// A disk that becomes full in any stage of a build: one clear message, and the next build works when there is space.
import { spawnSync } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'tap'
import { miniDefinition } from '../unit/kernel/fixtures/mini-tree.ts'

const isMounting = ['--map-root-user', '--mount']
const probe = spawnSync('unshare', [...isMounting, 'mount', '-t', 'tmpfs', 'x', '/tmp'], { encoding: 'utf8' })
const skip = probe.status === 0 ? false : `NOT TESTED: no file system can be mounted here: ${probe.stderr.trim()}`

/** Where the disk becomes full: a rule of the Makefile that fills it, or a file system with few files. */
const stages: readonly [what: string, rule: string | undefined, options: string][] = [
  ['the source is copied', undefined, 'size=2g,nr_inodes=150'],
  ['it is configured', 'tinyconfig:', 'size=1060m'],
  ['the configuration is completed', 'olddefconfig:', 'size=1060m'],
  ['it is compiled', '$(O)/%.o: %.c', 'size=1060m'],
  ['it is linked', 'vmlinux:', 'size=1060m'],
  ['it is stored', 'bzImage:', 'size=1060m'],
]

for (const [what, rule, options] of stages) {
  void test(`the disk becomes full while ${what}`, { skip }, async (t) => {
    const directory = t.testdir()
    const files = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`docs/${index}`, '']))
    const definition = await miniDefinition(directory, { files: rule === undefined ? files : {} })
    const tree = path.join(directory, 'linux-mini')
    if (rule !== undefined) await fillIn(rule, path.join(tree, 'Makefile'), path.join(directory, 'is-small'))
    await writeFile(path.join(directory, 'is-small'), '')
    const cache = path.join(directory, 'disk/cache')
    await mkdir(path.dirname(cache))
    const program = path.join(directory, 'build.ts')
    await writeFile(program, builder({ ...definition, source: { kind: 'dir', path: tree } }, cache))
    const script =
      'mount -t tmpfs -o "$1" x disk && "$2" build.ts; rm -f disk/cache/trees/*/tree/gmemtest-objects/fill is-small; ' +
      'mount -o remount,size=3g,nr_inodes=100k disk && "$2" build.ts'
    const shell = ['sh', '-c', script, 'sh', options, process.execPath]
    const { stdout, stderr } = spawnSync('unshare', [...isMounting, ...shell], { cwd: directory, encoding: 'utf8' })
    t.equal(stderr, '')
    const [full, again] = stdout.trim().split('\n')
    t.match(full, /^NO_SPACE /)
    t.equal(again, 'built')
  })
}

/** Makes a rule fill the disk while a file exists. */
async function fillIn(rule: string, makefile: string, flag: string): Promise<void> {
  const lines = (await readFile(makefile, 'utf8')).split('\n')
  const begin = lines.findIndex((line) => line.startsWith(rule))
  const length = lines.slice(begin + 1).findIndex((line) => !line.startsWith('\t'))
  lines.splice(begin + 1 + length, 0, `\t@test ! -e ${flag} || head -c 2G /dev/zero >$(O)/fill 2>/dev/null || true`)
  await writeFile(makefile, lines.join('\n'))
}

function builder(definition: unknown, cache: string): string {
  const harness = path.resolve(import.meta.dirname, '../../harness')
  return `
    import { GmemtestError } from ${JSON.stringify(path.join(harness, 'base/errors.ts'))}
    import { provideKernel } from ${JSON.stringify(path.join(harness, 'kernel/provide.ts'))}
    await provideKernel(${JSON.stringify(definition)}, {
      cache: ${JSON.stringify(cache)}, signal: new AbortController().signal, progress: () => undefined,
    }).then(
      () => console.log('built'),
      (error) => console.log(error instanceof GmemtestError ? error.code : 'internal error', error.message),
    )`
}
