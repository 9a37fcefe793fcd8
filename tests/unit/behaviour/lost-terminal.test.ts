// The end of a verb by a signal, and by the loss of its terminal: in order, with the exit code of a shell.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { test } from 'tap'
import { inProject } from '../../../harness/base/paths.ts'
import { findExecutable } from '../../../harness/process/executable.ts'
import { miniTarball } from '../kernel/fixtures/mini-tree.ts'

const home = await mkdtemp(path.join(tmpdir(), 'gmemtest-terminal-'))
const { tree } = await miniTarball(home, { slow: '3\n' })
const definition = path.join(home, 'mini.yaml')
await writeFile(path.join(home, 'mini.config'), 'CONFIG_PARENT=y\n')
await writeFile(
  definition,
  `description: mini\nsource: {dir: ${tree}}\nfragments: [./mini.config]\ndialect: vm-attributes\n`,
)
const env = { ...process.env, XDG_CACHE_HOME: path.join(home, 'cache'), NODE_V8_COVERAGE: '' }

/** Waits for a text in a file. */
async function seen(file: string, text: string): Promise<string> {
  for (let tries = 0; tries < 1500; tries += 1) {
    const found = await readFile(file, 'utf8').catch(() => '')
    if (found.includes(text)) return found
    await delay(20)
  }
  throw new Error(`${file} has no '${text}' after 30 s`)
}

void test('ends', async (suite) => {
  suite.teardown(() => rm(home, { recursive: true, force: true }))

  await suite.test('a lost terminal is SIGHUP', { skip: findExecutable('script') === undefined }, async (t) => {
    const log = path.join(home, 'terminal')
    const code = path.join(home, 'code')
    // As an interactive shell, this one tells its job that the terminal is gone.
    const job = `'${inProject('gmemtest')}' build '${definition}' & job=$!; trap 'kill -HUP $job' HUP; wait $job; wait $job`
    const line = `${job}; echo "exit $?" > '${code}'`
    const terminal = spawn('script', ['--quiet', '--flush', '--command', line, log], { env, stdio: 'ignore' })
    await seen(log, 'compiling')
    terminal.kill('SIGKILL')
    await once(terminal, 'close')
    t.equal(await seen(code, 'exit'), 'exit 129\n')
  })

  for (const [signal, code] of [
    ['SIGHUP', 129],
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    await suite.test(`${signal} is ${code}`, async (t) => {
      const child = spawn(inProject('gmemtest'), ['build', definition], { env, stdio: ['ignore', 'ignore', 'pipe'] })
      let text = ''
      child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()))
      for (let tries = 0; tries < 1500 && !text.includes('compiling'); tries += 1) await delay(20)
      child.kill(signal)
      await once(child, 'close')
      t.equal(child.exitCode, code)
      t.match(text, new RegExp(`gmemtest: interrupted by ${signal}\n$`))
    })
  }
})
