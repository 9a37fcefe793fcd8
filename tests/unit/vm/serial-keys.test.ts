// Keys on the serial line: a scripted QEMU connects its serial port to a socket, and a scripted kernel answers keys.
import { connect, type Socket } from 'node:net'
import { existsSync } from 'node:fs'
import { test } from 'tap'
import { pressKeys } from '../../../harness/vm/serial-keys.ts'
import { fakeQmp, refusal } from './fixtures/fake-qmp.ts'

const options = { signal: new AbortController().signal, patience: 400, qmpTimeout: 1000 }

function pathIn(args: unknown): string | undefined {
  return /"path":"([^"]+)"/.exec(JSON.stringify(args))?.[1]
}

/** Plays QEMU; `answer` gives the output of the kernel for a key after a break. */
function serialGuest(answer: (key: string) => string) {
  let socket: Socket | undefined
  let breaks = 0
  const paths: string[] = []
  const fake = fakeQmp((command, args) => {
    if (command === 'chardev-send-break') breaks += 1
    const path = command === 'chardev-change' ? pathIn(args) : undefined
    if (command === 'chardev-change') socket?.destroy()
    if (path !== undefined) {
      paths.push(path)
      socket = connect(path)
      socket.on('data', (data: Buffer) => {
        press(data.toString())
      })
    }
    return {}
  })
  function press(keys: string): void {
    for (const key of keys) {
      if (breaks === 0) continue
      breaks -= 1
      socket?.write(answer(key))
    }
  }
  return { ...fake, paths }
}

void test('each key comes after a break, and the answers are lines', async (t) => {
  const { qmp, asked, paths } = serialGuest((key) => `[    3.0] sysrq: ${key}\r\n[    3.1] task:agent state:D\r\n`)
  t.strictSame(await pressKeys(qmp, ['w', 'l'], options), [
    '[    3.0] sysrq: w',
    '[    3.1] task:agent state:D',
    '[    3.0] sysrq: l',
    '[    3.1] task:agent state:D',
  ])
  t.strictSame(asked, ['chardev-change', 'chardev-send-break', 'chardev-send-break', 'chardev-change'])
  t.notOk(existsSync(paths[0] ?? ''), 'the socket is gone')
})

void test('a silent kernel', async (t) => {
  const begin = performance.now()
  const { qmp, asked } = serialGuest(() => '')
  t.strictSame(await pressKeys(qmp, ['w'], options), [])
  t.ok(performance.now() - begin < 20_000)
  t.equal(asked.at(-1), 'chardev-change', 'the console is a file again')
})

void test('a QEMU that refuses', async (t) => {
  const { qmp } = fakeQmp(() => refusal)
  await t.rejects(pressKeys(qmp, ['w'], options), { code: 'QMP_REFUSED' })
})

void test('the end of the run interrupts it', async (t) => {
  const { qmp } = fakeQmp(() => ({}))
  const signal = AbortSignal.timeout(50)
  await t.rejects(pressKeys(qmp, ['w'], { ...options, signal }), { name: 'TimeoutError' })
})
