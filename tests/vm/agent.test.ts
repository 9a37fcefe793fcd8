// Every operation of the agent, on the real kernel: one instance for all of it.
import { test } from 'tap'
import { hugeFlag } from '../../harness/agent/frame-runs.ts'
import { must } from '../../harness/agent/wire/call.ts'
import { operations } from '../../harness/agent/wire/operations.ts'
import { probeKernel } from '../../harness/instance/probe.ts'
import { dialectSpecs } from '../../harness/uapi/dialect.ts'
import { attributes, kvmCapabilities, openFlags, vmTypes } from '../../harness/uapi/constants.ts'
import { bootTestInstance, openAgent, openCall, signal } from './fixtures/agent-machine.ts'
import { createMemory, gpa, page, pages, size } from './fixtures/agent-memory.ts'
import { checkSignals } from './fixtures/agent-signals.ts'
import { checkMappings } from './fixtures/agent-mappings.ts'
import { checkPrograms, checkRounds, checkSteps } from './fixtures/agent-steps.ts'

void test('the agent in a guest', async (t) => {
  // A kernel that is not in the cache is built first.
  t.setTimeout(3_600_000)
  await using instance = await bootTestInstance(t.testdir())
  const agent = await openAgent(instance)

  await t.test('finds out what the kernel can do, and leaves nothing open', async (t) => {
    const probe = await probeKernel(agent)
    t.strictSame(probe.dialects, ['convert-ioctl', 'vm-attributes'])
    for (const name of ['private-memory', 'vm-attributes', 'pre-fault', 'gup-test', 'slab-counters'] as const) {
      t.ok(probe.capabilities.includes(name), name)
    }
    t.match(await agent.reset(), { handles: 0, open: '' })
    t.match(await agent.vm.checkExtension(kvmCapabilities.gmemConversion), { errno: 'OK', value: 1 })
    t.match(await agent.vm.create({ type: 77 }), { errno: 'EINVAL' })
  })

  await t.test('host and guest see one memory, and conversions take it from the host', async (t) => {
    const memory = await createMemory(agent)
    await must(agent.host.write(memory.mapping, 2 * page + 3, Buffer.from('from the host')))
    const read = await must(agent.guest.read(memory.vcpu, gpa + 2 * page + 3, 13))
    t.equal(read.data.toString(), 'from the host')
    await must(memory.convert('private', 2 * page, page))
    t.match(await agent.host.read(memory.mapping, 2 * page, 1), {
      outcome: 'sigbus',
      faultOffset: 2 * page,
    })
    await must(agent.guest.write(memory.vcpu, gpa + 2 * page + 9, Buffer.from('guest')))
    await must(memory.convert('shared', 0, size))
    const back = await must(agent.host.read(memory.mapping, 2 * page + 3, 13))
    t.equal(back.data.toString(), 'from tguestst')
    t.match(await agent.vm.stats(memory.vm, 'pages_4k'), { errno: 'OK' })
    t.match(await agent.vm.stats(memory.vcpu, 'no_such_name'), { errno: 'ENOENT' })
    await agent.reset()
  })

  await t.test('fills, compares and scans as the guest does it', async (t) => {
    const memory = await createMemory(agent)
    const { vcpu, mapping } = memory
    await must(agent.guest.fill(vcpu, gpa, 8 * page, { seed: 40 }))
    await must(agent.host.fill(mapping, 8 * page, 8 * page, { byte: 0x77 }))
    t.match(await agent.host.verify(mapping, 0, 8 * page, { seed: 40 }), { mismatches: 0 })
    t.match(await agent.guest.verify(vcpu, gpa + page, 8 * page, { seed: 41 }), {
      mismatches: 512,
      mismatchOffset: 7 * page,
      found: 0x7777_7777_7777_7777n,
    })
    const { runs } = await must(agent.guest.scan(vcpu, gpa, size))
    t.match(runs, [
      { first: 0, count: 8, value: 'mixed' },
      { first: 8, count: 8, value: 0x77 },
    ])
    await agent.reset()
  })

  await t.test('tells how a guest access ended that did not succeed', async (t) => {
    const { vcpu, vm } = await createMemory(agent)
    t.match(await agent.guest.read(vcpu, gpa + size, 8), {
      errno: 'OK',
      outcome: 'unexpected-exit',
      exitReason: 6,
      faultGpa: BigInt(gpa + size),
    })
    // Private memory where there is no guest_memfd: what the guest asks for cannot be.
    const { mapping } = await must(agent.host.mmap({ length: 4 * page }))
    await must(agent.vm.setMemslot({ vm, slot: 2, gpa: 2 * gpa, size: 4 * page, mapping }))
    const bytes = Buffer.alloc(32)
    bytes.writeBigUInt64LE(BigInt(2 * gpa + page), 0)
    bytes.writeBigUInt64LE(BigInt(page), 8)
    bytes.writeBigUInt64LE(attributes.private, 16)
    await must(agent.ioctlRaw({ handle: vm, request: dialectSpecs['vm-attributes'].ioctl.requests.private, bytes }))
    t.match(await agent.guest.fill(vcpu, 2 * gpa, 4 * page, { byte: 1 }), {
      errno: 'EFAULT',
      outcome: 'memory-fault',
      exitReason: 39,
      faultGpa: BigInt(2 * gpa + page),
      bytes: page,
    })
    const { runs } = await must(agent.guest.scan(vcpu, 2 * gpa, 4 * page))
    t.match(runs, [
      { first: 0, count: 1, value: 1 },
      { first: 1, count: 1, value: 'fault' },
      { first: 2, count: 2, value: 0 },
    ])
    await must(agent.vm.deleteMemslot(vm, 2))
    t.match(await agent.guest.read(vcpu, gpa, 8), { outcome: 'done' }, 'the vCPU goes on')
    await agent.reset()
  })

  await t.test('a guest that takes too long is an outcome', async (t) => {
    const send = await openCall(instance)
    const { vm } = await must(send('vmCreate', { type: vmTypes.swProtected }))
    const { vcpu } = await must(send('vcpuCreate', { vm, id: 0 }))
    const options = { vcpu, gpa, size: 2 ** 30, pattern: 'byte', value: 1, timeout: 50 } as const
    const slot = { vm, slot: 1, flags: 0, gpa, size: 2 ** 30, gmem: undefined, gmemOffset: 0 } as const
    const anonymous = { file: undefined, offset: 0, protection: 3, flags: 0x4022, address: 0 } as const
    const { mapping } = await must(send('mmap', { ...anonymous, length: 2 ** 30 }))
    await must(send('memslotSet', { ...slot, mapping, mappingOffset: 0 }))
    t.match(await send('guestFill', options), { outcome: 'timeout' })
    t.match(await send('guestFill', { ...options, size: page, timeout: 60_000 }), { outcome: 'done' })
    await send('reset', {})
  })

  await t.test('converts in bulk, and says where it stopped', async (t) => {
    const memory = await createMemory(agent)
    for (const order of ['forward', 'reverse', 'random'] as const) {
      const options = { offset: 0, size, stride: 2 * page, order, seed: 1 }
      t.match(await memory.convertMany({ ...options, to: 'private' }), { errno: 'OK', done: pages / 2 })
      const { runs } = await must(agent.host.scan(memory.mapping, 0, size))
      t.equal(runs.length, pages)
      t.match(await memory.convertMany({ ...options, to: 'shared' }), { done: pages / 2 })
    }
    const { pin } = await must(agent.host.pin({ mapping: memory.mapping, offset: 5 * page, size: page }))
    t.match(await memory.convertMany({ to: 'private', offset: 0, size }), {
      errno: 'EAGAIN',
      done: 5,
      failedOffset: 5 * page,
      errorOffset: 5 * page,
    })
    await must(agent.close(pin))
    await agent.reset()
  })

  await t.test('does many steps in one request, up to one that fails', (t) => checkSteps(t, agent))
  await t.test('does many operations in one request, and goes on after errors', (t) => checkPrograms(t, agent))
  await t.test('signals itself and a child during an operation', (t) => checkSignals(t, agent))

  await t.test('passes any ioctl on as it is', async (t) => {
    const { gmem } = await createMemory(agent)
    const request = dialectSpecs['convert-ioctl'].ioctl.requests.private
    const bytes = Buffer.alloc(64)
    bytes.writeBigUInt64LE(BigInt(page), 8)
    t.match(await agent.ioctlRaw({ handle: gmem, request: 0xaf99, bytes }), { errno: 'ENOTTY' })
    t.match(await agent.ioctlRaw({ handle: gmem, request, argument: 'value', value: 8 }), { errno: 'EFAULT' })
    t.match(await agent.ioctlRaw({ handle: gmem, request, bytes }), { errno: 'OK', result: 0n, bytes })
    await agent.reset()
  })

  await t.test('pins pages in every way', async (t) => {
    const memory = await createMemory(agent)
    const { mapping } = memory
    for (const method of ['vmsplice', 'gup-test', 'socket'] as const) {
      const { pin } = await must(agent.host.pin({ mapping, offset: 3 * page, size: page, method }))
      t.match(await memory.convert('private', 0, size), { errno: 'EAGAIN', errorOffset: 3 * page }, method)
      await must(agent.close(pin))
      await must(memory.convert('private', 0, size))
      await must(memory.convert('shared', 0, size))
    }
    await agent.reset()
  })

  await t.test('moves, protects and locks mappings, and lets the kernel copy', (t) => checkMappings(t, agent))

  await t.test('looks behind a mapping and at the file', async (t) => {
    const { mapping, gmem, vcpu } = await createMemory(agent)
    await must(agent.host.fill(mapping, 0, 2 * page, { byte: 1 }))
    const entries = await must(agent.host.pagemap(mapping, page, 2))
    t.match(entries.pages, [
      { present: true, mapCount: 1 },
      { present: false, pfn: 0 },
    ])
    t.match(await agent.gmem.status(gmem), { size, errno: 'OK' })
    t.match(await agent.gmem.attempt(gmem, 'ftruncate', 0), { errno: 'EINVAL' })
    t.match(await agent.gmem.attempt(gmem, 'pread', page), { errno: /^E/ })
    await must(agent.gmem.punchHole(gmem, 0, page))
    await must(agent.gmem.allocate(gmem, 0, page))
    t.match((await must(agent.host.scan(mapping, 0, 2 * page))).runs, [{ value: 0 }, { value: 1 }])
    t.match(await agent.guest.preFault(vcpu, gpa, size), { errno: 'OK', size: 0n })
    t.match(await agent.host.madvise(mapping, 0, size, 4), { errno: 'OK' })
    const duplicate = await must(agent.gmem.dup(gmem))
    await must(agent.close(duplicate.gmem))
    await must(agent.host.munmap(mapping))
    await agent.reset()
  })

  await t.test('files of the guest can be read and written', async (t) => {
    // Without its end, a line is held back until the next one.
    await must(agent.files.writeFile('/dev/kmsg', 'a line of the agent\n'))
    const { stdout } = await instance.session.exec('dmesg', { signal, timeout: 10_000 })
    t.match(stdout, /a line of the agent/)
    t.ok((await agent.files.readNumber('/sys/kernel/slab/maple_node/objects')) > 0)
    const { file } = await must(agent.files.open('/proc/self/maps', openFlags.readOnly))
    await must(agent.close(file))
    await must(agent.files.memfd(page))
    await must(agent.setAffinity(2))
    await must(agent.setAffinity(0))
    t.match(await agent.failNth('objects', 1), { errno: /^(OK|ENOENT)$/ })
    t.match(await agent.failNthResult(), { fired: false })
    const failing = await agent.failLasting({ of: 'nodes', space: 1024, times: 2 })
    t.match(failing, { errno: /^(OK|ENOENT)$/ })
    if (failing.errno === 'OK') t.match(await agent.failLastingResult(), { armed: false, failures: 0 })
    await agent.reset()
  })

  await t.test('counters, frames and the log of the kernel are seen from outside', async (t) => {
    const { mapping } = await createMemory(agent)
    await must(agent.host.fill(mapping, page, 2 * page, { byte: 1 }))
    const { runs } = await must(agent.frames.runs(mapping, 0, size))
    t.match(runs, [
      { first: 0, count: 1 },
      { first: 1, pfn: Number },
    ])
    const everywhere = { pfn: 0, frames: 2 ** 28, mask: hugeFlag, value: hugeFlag }
    t.match(await must(agent.frames.count(everywhere)), { frames: 2 ** 30 / page, matching: 0 })
    await must(agent.readKernelLog(7))
    await must(agent.files.writeFile('/dev/kmsg', '<3>not said by the kernel\n'))
    t.match(await agent.readKernelLog(7), { lost: 0, records: [] })
    await must(agent.files.makeDirectory('/sys/fs/cgroup/of-a-test'))
    const charges = '/sys/fs/cgroup/of-a-test/hugetlb.2MB.rsvd.current'
    t.match(await agent.files.batch([{ path: charges }]), [{ errno: 'OK', text: '0\n' }])
    await must(agent.files.removeDirectory('/sys/fs/cgroup/of-a-test'))
    await agent.reset()
  })

  await t.test('a child cannot run the vCPU of its parent, but sees the memory', async (t) => {
    const memory = await createMemory(agent)
    const { mapping, vcpu } = memory
    const child = await agent.fork()
    await must(child.host.fill(mapping, 0, page, { byte: 9 }))
    t.match(await child.guest.read(vcpu, gpa, 8), { errno: 'EIO' })
    await must(memory.convert('private', 0, page))
    t.match(await child.host.read(mapping, 0, 8), { outcome: 'sigbus' })
    t.match(await child.kill(), { signal: 9 })
    await agent.reset()
  })

  await t.test('a race between conversions, host and guest has no mismatch', async (t) => {
    const { vm, vcpu, gmem, mapping } = await createMemory(agent)
    const { vcpu: checker } = await must(agent.vm.createVcpu(vm, 1))
    const reports = await agent.race.run({
      duration: 500,
      actors: [
        {
          kind: 'convert',
          target: gmem,
          dialect: 'convert-ioctl',
          to: 'private',
          offset: page,
          size: page,
          vcpu: checker,
          gpa: gpa + page,
        },
        { kind: 'host-count', mapping, offset: 0, size: page },
        { kind: 'host-read', mapping, offset: page, size: page },
        { kind: 'guest-count', vcpu, gpa: gpa + 2 * page, size: page },
      ],
    })
    for (const report of reports) {
      t.match(report, { mismatches: 0, unexpected: 0, failed: 0 }, report.kind)
      t.ok(report.rounds > 0)
    }
    t.equal(reports[1]?.faults, 0, 'a page that stays shared never gives SIGBUS')
    await agent.reset()
  })

  await t.test('repeats rounds by itself, and leaves no descriptor', (t) => checkRounds(t, agent))

  await t.test('a kernel without kcov says so', async (t) => {
    t.match(await agent.newCode(), { errno: 'ENOENT', addresses: [] })
  })

  await t.test('an agent that is killed is noticed', async (t) => {
    const victim = await openAgent(instance)
    await instance.session.exec(`kill -9 ${victim.pid}`, { signal, timeout: 10_000 })
    await t.rejects(victim.setAffinity(0), { code: 'AGENT_DIED' })
    t.match(await agent.setAffinity(0), { errno: 'OK' }, 'the other one goes on')
  })

  await t.test('that was every operation', (t) => {
    const done = agent.operationsSince(() => false).operations
    const seen = new Set<string>(done.map(({ request }) => request.name))
    t.same(
      Object.keys(operations).filter((name) => !seen.has(name)),
      [],
    )
    t.end()
  })

  await agent[Symbol.asyncDispose]()
})
