// File and line of frames; a small program stands for the kernel.
import { execFileSync } from 'node:child_process'
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'tap'
import { findSplats, type Splat } from '../../../harness/console/find-splats.ts'
import { symbolizeLines, symbolizeSplats } from '../../../harness/console/symbolize.ts'
import { symbolizerOf } from '../../../harness/console/symbolizer.ts'

const source = `
volatile int state;
static inline __attribute__((always_inline)) void inner(void) {
  state = 1;
}
__attribute__((noinline)) void outer(void) {
  inner();
  state = 2;
}
void start_kernel(void) { outer(); }
`
const home = await mkdtemp(path.join(tmpdir(), 'gmemtest-symbols-'))
const { signal } = new AbortController()

async function build(name: string, ...options: string[]): Promise<string> {
  const vmlinux = path.join(home, name)
  const directory = path.join(home, 'init')
  await writeFile(path.join(home, 'main.c'), source)
  const map = `-fdebug-prefix-map=${home}=/tree/init`
  const args = ['-O1', '-nostdlib', '-static', '-Wl,-e,start_kernel', map, '-o', vmlinux, path.join(home, 'main.c')]
  execFileSync('gcc', [...options, ...args], { env: { ...process.env, PWD: directory } })
  return vmlinux
}

/** Makes a warning in a function of this size. */
function warningIn(name: string, offset: number, size: number): Splat[] {
  const place = `${name}+0x${offset.toString(16)}/0x${size.toString(16)}`
  return findSplats([
    `[    3.100000] WARNING: CPU: 0 PID: 77 at init/main.c:4 ${place}`,
    `[    3.100000] RIP: 0010:${place}`,
    '[    3.100000] Call Trace:',
    '[    3.100000]  other+0x1/0x2 [module]',
    '[    3.100000] ---[ end trace 0000000000000000 ]---',
  ])
}

/** Measures a function up to the beginning of the next one: the kernel prints that size. */
function roomOf(vmlinux: string, name: string): number {
  const symbols = execFileSync('nm', ['-n', vmlinux], { encoding: 'utf8' }).split('\n')
  const index = symbols.findIndex((text) => text.endsWith(` ${name}`))
  const [begin = '', next = ''] = symbols.slice(index, index + 2).map((text) => text.split(' ')[0])
  return Number.parseInt(next, 16) - Number.parseInt(begin, 16)
}

function sizeOf(vmlinux: string, name: string): number {
  const line = execFileSync('nm', ['-S', vmlinux], { encoding: 'utf8' })
    .split('\n')
    .find((text) => text.endsWith(` ${name}`))
  return Number.parseInt(line?.split(' ')[1] ?? '', 16)
}

void test('frames get file and line', async (suite) => {
  suite.teardown(() => rm(home, { recursive: true, force: true }))
  const vmlinux = await build('vmlinux', '-g')
  const size = sizeOf(vmlinux, 'outer')

  await suite.test('only lines that are places', async (t) => {
    const place = `outer+0x0/0x${size.toString(16)}`
    const given = ['process 42', `  ${place}`, `RIP: ${place}`, `it is in ${place}`, '  other+0x1/0x2']
    const expected = [
      'process 42',
      '  inner init/main.c:4 (inlined)',
      `  ${place} init/main.c:7`,
      'inner init/main.c:4 (inlined)',
      `RIP: ${place} init/main.c:7`,
      `it is in ${place}`,
      '  other+0x1/0x2',
    ]
    t.strictSame(await symbolizeLines(given, { vmlinux, signal }), { symbolized: expected })
    t.strictSame(await symbolizerOf(vmlinux, signal, (trouble) => t.fail(trouble))(given), expected)
    t.strictSame(await symbolizeLines(['nothing'], { vmlinux: '/nonexistent', signal }), {
      symbolized: ['nothing'],
    })
  })

  await suite.test('inlined functions have frames of their own, and paths are relative to the tree', async (t) => {
    const { symbolized, trouble } = await symbolizeSplats(warningIn('outer', 0, size), { vmlinux, signal })
    t.equal(trouble, undefined)
    t.match(symbolized[0]?.trace, [
      { function: 'inner', location: 'init/main.c:4', isInlined: true },
      { function: 'outer', location: 'init/main.c:7', offset: 0 },
      { function: 'other', location: undefined, module: 'module' },
    ])
  })

  await suite.test('the size of a function may include its padding', async (t) => {
    const padded = await build('padded', '-g', '-falign-functions=64')
    const room = roomOf(padded, 'outer')
    t.ok(room > sizeOf(padded, 'outer'))
    const { symbolized } = await symbolizeSplats(warningIn('outer', 0, room), { vmlinux: padded, signal })
    t.match(symbolized[0]?.trace[0], { location: 'init/main.c:4' })
    const other = await symbolizeSplats(warningIn('outer', 0, room + 1), { vmlinux: padded, signal })
    t.match(other.trouble, /belongs to another kernel/)
  })

  await suite.test('the debug information may be in a file beside vmlinux', async (t) => {
    const bare = await build('bare')
    const without = await symbolizeSplats(warningIn('outer', 0, size), { vmlinux: bare, signal })
    t.match(without, {
      trouble: 'it has no debug information',
      symbolized: [{ trace: [{ function: 'outer' }, {}] }],
    })
    await rename(vmlinux, `${bare}.debug`)
    const { symbolized } = await symbolizeSplats(warningIn('outer', 0, size), { vmlinux: bare, signal })
    t.match(symbolized[0]?.trace[0], { location: 'init/main.c:4' })
    await rename(`${bare}.debug`, vmlinux)
  })

  await suite.test('frames of another build stay as they are, with a note', async (t) => {
    const given = warningIn('outer', 0, roomOf(vmlinux, 'outer') + 1)
    const other = await symbolizeSplats(given, { vmlinux, signal })
    t.strictSame(other.symbolized, given)
    t.match(other.trouble, /belongs to another kernel/)
  })

  await suite.test('no splat is no trouble', async (t) => {
    t.strictSame(await symbolizeSplats([], { vmlinux, signal }), { symbolized: [] })
  })

  await suite.test('a file that is no kernel is refused', async (t) => {
    await t.rejects(symbolizeSplats([], { vmlinux: path.join(home, 'nope'), signal }), {
      code: 'VMLINUX_MISSING',
    })
    await t.rejects(symbolizeSplats([], { vmlinux: home, signal }), { code: 'VMLINUX_FORMAT' })
    await t.rejects(symbolizeSplats([], { vmlinux: path.join(home, 'main.c'), signal }), {
      code: 'VMLINUX_FORMAT',
    })
  })

  await suite.test('a run keeps the names and reports the trouble once', async (t) => {
    const place = `  outer+0x0/0x${size.toString(16)}`
    const said: string[] = []
    const missing = symbolizerOf(path.join(home, 'nope'), signal, (trouble) => said.push(trouble))
    t.strictSame(await missing(['nothing']), ['nothing'])
    t.strictSame(said, [], 'without a place, vmlinux is not read')
    t.strictSame(await missing([place]), [place])
    t.strictSame(await missing([place]), [place])
    t.strictSame(said, [`traces lack file and line: there is no file ${home}/nope`])
  })

  await suite.test('the end of the run keeps the names', async (t) => {
    const place = `  outer+0x0/0x${size.toString(16)}`
    const over = AbortSignal.abort(new Error('interrupted'))
    t.strictSame(await symbolizerOf(vmlinux, over, (trouble) => t.fail(trouble))([place]), [place])
  })
})
