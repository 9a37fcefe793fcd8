// Saving and restoring an instance, with scripted answers of QEMU; tests/vm has the real ones.
import { Patience } from '../../../harness/base/patience.ts'
import { once } from 'node:events'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { createConnection } from 'node:net'
import path from 'node:path'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { test } from 'tap'
import type { Qmp } from '../../../harness/vm/qmp.ts'
import { greetRestored, restoreVm, saveState } from '../../../harness/vm/snapshot.ts'
import { greet, qmp, stubQemu } from './fixtures/stub-qemu.ts'

const limits = { signal: new AbortController().signal, patience: new Patience(1) }

/** Plays a monitor that sends `state` when it must migrate, and then reports this status. */
function migrating(state: string, outcome: object): Qmp {
  const said = [{ status: 'active' }, outcome]
  return {
    async execute(command, args) {
      if (command === 'query-migrate') return said.length > 1 ? said.shift() : said[0]
      if (command === 'migrate' && 'uri' in args) {
        const socket = createConnection(args.uri.replace(/^unix:/, ''))
        await once(socket, 'connect')
        // The other side may end first.
        socket.on('error', () => undefined)
        socket.end(state)
      }
      return {}
    },
    onEvent: () => ({ [Symbol.dispose]: () => undefined }),
  }
}

void test('a state is saved into a file that only this user can read', async (t) => {
  const file = path.join(t.testdir({}), 'state')
  await saveState({ qmp: migrating('all of it', { status: 'completed' }) }, file, limits)
  t.equal(await readFile(file, 'utf8'), 'all of it')
  t.equal((await stat(file)).mode & 0o777, 0o600)
})

void test('a QEMU that cannot save gives the reason', async (t) => {
  const file = path.join(t.testdir({}), 'state')
  const failed = { status: 'failed', 'error-desc': 'State blocked by device' }
  await t.rejects(saveState({ qmp: migrating('half', failed) }, file, limits), {
    code: 'STATE_NOT_SAVED',
    message: /State blocked by device$/,
  })
})

void test('a state that cannot be written is an error of the file system', async (t) => {
  const file = path.join(t.testdir({}), 'missing', 'state')
  const saved = saveState({ qmp: migrating('all of it', { status: 'completed' }) }, file, limits)
  await t.rejects(saved, { code: 'ENOENT' })
})

async function restoring(t: Parameters<typeof stubQemu>[0], script: string): Promise<Parameters<typeof restoreVm>[0]> {
  const options = await stubQemu(t, `${greet}\n${script}`)
  const file = path.join(path.dirname(options.vmlinux), 'state')
  await writeFile(file, 'the state')
  return { ...options, savedState: { file, usedChannels: 1 } }
}

const answer = (status: string): string => `
  read -r line <&${qmp}
  echo '{"return": {"status": "${status}", "running": false}, "id": 2}' >&${qmp}
`

void test('an instance is restored when QEMU runs, at once or later', async (t) => {
  const scripts = [
    answer('running'),
    `${answer('inmigrate')}
     echo '{"event": "RESUME", "data": {}}' >&${qmp}`,
  ]
  for (const script of scripts) {
    await using vm = await restoreVm(await restoring(t, `${script}\nexec sleep 60`))
    t.match(vm.command, /-incoming fd:\d+/)
    // The first channel had its session before the state was saved.
    t.doesNotThrow(() => [vm.ssh.take(), vm.ssh.take(), vm.ssh.take()])
    t.throws(() => vm.ssh.take(), { code: 'SSH_CHANNELS_USED' })
  }
})

void test('QEMU reads the state from the descriptor in its command line', async (t) => {
  const script = `
    for word in "$@"; do case "$word" in fd:*) fd="\${word#fd:}";; esac; done
    eval "cat <&$fd" >"$(dirname "$0")/seen"
    ${answer('running')}
    exec sleep 60`
  const options = await restoring(t, script)
  await using vm = await restoreVm(options)
  t.ok(vm.pid > 0)
  t.equal(await readFile(path.join(path.dirname(options.vmlinux), 'seen'), 'utf8'), 'the state')
})

for (const [when, before] of [
  ['after', answer('inmigrate')],
  ['before', ''],
] as const) {
  void test(`a QEMU that fails to restore ${when} its monitor has answered`, async (t) => {
    const script = `${before}\necho 'qemu: load of migration failed: Invalid argument' >&2; exit 1`
    await t.rejects(restoreVm(await restoring(t, script)), {
      code: 'RESTORE_FAILED',
      message: /^QEMU cannot continue from a saved state: .*load of migration failed: Invalid argument/,
    })
  })
}

void test('a QEMU that does not finish restoring', async (t) => {
  const options = await restoring(t, `${answer('inmigrate')}\nexec sleep 60`)
  const accelerator = { ...options.accelerator, patience: new Patience(0.1) }
  await t.rejects(restoreVm({ ...options, accelerator }), { code: 'RESTORE_FAILED', message: /took longer/ })
})

void test('a missing state', async (t) => {
  const options = await restoring(t, 'exec sleep 60')
  const savedState = { file: '/nonexistent/state', usedChannels: 1 }
  await t.rejects(restoreVm({ ...options, savedState }), { code: 'STATE_UNREADABLE', message: /ENOENT/ })
})

void test('the greeting of a restored instance differs each time', async (t) => {
  const lines = await Promise.all(
    [0, 1].map(async () => {
      const channel = new PassThrough()
      greetRestored(channel, new Date(1_700_000_000_250))
      return text(channel.end())
    }),
  )
  for (const line of lines) t.match(line, /^gmemtest-restored 1700000000 250000000 [0-9a-f]{64}\n$/)
  t.not(lines[0], lines[1])
})
