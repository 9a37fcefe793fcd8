import { test } from 'tap'
import { must } from '../../../../harness/agent/wire/call.ts'
import { copyWays } from '../../../../harness/vocabulary/host-view.ts'
import { remapFlags } from '../../../../harness/uapi/constants.ts'
import { startHostAgent } from '../fixtures/host-agent.ts'

const page = 4096

void test('a mapping moves, shrinks, and is protected and locked in parts', async (t) => {
  await using host = await startHostAgent()
  const memory = host.agent.host
  const { mapping, address } = await must(memory.mmap({ length: 4 * page }))
  const { mapping: place, address: there } = await must(memory.mmap({ length: 4 * page }))
  await must(memory.fill(mapping, 0, 4 * page, { seed: 5 }))
  const flags = remapFlags.mayMove | remapFlags.fixed
  const part = { mapping, offset: page, oldSize: 2 * page, newSize: 2 * page }
  t.match(await memory.mremap({ ...part, flags, place, placeOffset: page }), { address: there + BigInt(page) })
  t.match(await memory.verify(place, page, 2 * page, { seed: 6 }), { mismatches: 0 })
  t.match(await memory.read(mapping, page, 1), { outcome: 'sigsegv' })
  await t.rejects(memory.mremap({ ...part, flags, place, placeOffset: 3 * page }), { code: 'AGENT_REFUSED' })

  t.match(await memory.mremap({ mapping: place, offset: page, oldSize: 2 * page, newSize: page, flags: 0 }), {
    address: there + BigInt(page),
  })
  t.match(await memory.read(place, 2 * page, 1), { outcome: 'sigsegv' })
  const grown = { mapping, offset: 0, oldSize: page, newSize: 2 * page, flags: 0 }
  t.match(await memory.mremap(grown), { errno: 'OK', address })
  t.match(await memory.read(mapping, page, 1), { outcome: 'sigsegv' }, 'what no handle covers is unmapped again')
  t.match(await memory.mremap({ ...grown, newSize: 2 ** 30, flags: remapFlags.mayMove }), { errno: 'OK' })
  t.match(await memory.read(mapping, 0, 1), { outcome: 'sigsegv' })

  await must(memory.protect(mapping, 3 * page, page, 1))
  t.match(await memory.fill(mapping, 3 * page, 8, { byte: 1 }), { outcome: 'sigsegv' })
  for (const how of ['lock', 'lock-on-fault', 'unlock'] as const) {
    t.match(await memory.lock(mapping, 3 * page, page, how), { errno: /^(OK|ENOMEM|EPERM)$/ }, how)
  }
})

void test('copies of the kernel reach what the process may access, and nothing else', async (t) => {
  await using host = await startHostAgent()
  const memory = host.agent.host
  const { file } = await must(host.agent.files.memfd(4 * page))
  const { mapping } = await must(memory.mmap({ file, length: 6 * page }))
  await using child = await host.agent.fork()
  const places = copyWays.map((way) => ({ way, pid: 0 }))
  for (const { way, pid } of [...places, { way: 'process-vm' as const, pid: child.pid }]) {
    const place = { mapping, offset: page, size: 2 * page, way, pid }
    t.match(await memory.copyFill({ ...place, value: 0x5a }), { errno: 'OK', bytes: 2 * page }, way)
    t.match(await memory.copyFill({ ...place, size: 4 * page, value: 0x5b }), {
      errno: /^E(FAULT|IO)$/,
      bytes: 3 * page,
    })
    await must(memory.write(mapping, 2 * page + 9, Buffer.from('x')))
    const { runs } = await must(memory.copyScan({ ...place, offset: 0, size: 6 * page }))
    t.same(runs, [
      { first: 0, count: 1, value: 0 },
      { first: 1, count: 1, value: 0x5b },
      { first: 2, count: 1, value: 'mixed' },
      { first: 3, count: 1, value: 0x5b },
      { first: 4, count: 2, value: 'fault' },
    ])
  }
  await t.rejects(memory.copyScan({ mapping, offset: 1, size: page, way: 'pipe' }), { code: 'AGENT_REFUSED' })
})

void test('a socket holds pages; calls on files move data', async (t) => {
  await using host = await startHostAgent()
  const { file } = await must(host.agent.files.memfd(4 * page))
  const { mapping } = await must(host.agent.host.mmap({ file, length: 5 * page }))
  const { pin } = await must(host.agent.host.pin({ mapping, offset: 0, size: 3 * page, method: 'socket' }))
  await must(host.agent.close(pin))
  t.match(await host.agent.host.pin({ mapping, offset: 4 * page, size: page, method: 'socket' }), { errno: 'EFAULT' })
  for (const call of ['splice', 'sendfile', 'copy-file-range'] as const) {
    t.match(await host.agent.gmem.attempt(file, call, 64), { errno: 'OK', result: 64n }, call)
  }
  for (const call of ['readahead', 'drop-cache'] as const) {
    t.match(await host.agent.gmem.attempt(file, call, page), { errno: 'OK' }, call)
  }
})
