// Programs in C: they compile without a warning, and a computer without KVM skips them.
import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { test, type Test } from 'tap'
import { cProgramOf } from '../../../../harness/campaigns/repro/c-program.ts'
import { programOfFile } from '../../../../harness/campaigns/repro/recorded-program.ts'
import { words } from '../../../../harness/agent/vocabulary.ts'
import { programCall } from '../../../../harness/agent/programs.ts'
import { call, made } from '../../../../harness/agent/rounds.ts'
import { encodeFrame } from '../../../../harness/agent/wire/frames.ts'
import { operations } from '../../../../harness/agent/wire/operations.ts'
import { encodeRecords } from '../../../../harness/agent/wire/records.ts'
import type { ProgramFile, StoredOperation } from '../../../../harness/report/stored/program-file.ts'
import { conversion, gmem, handle, look, mapping, programFile, recorded, setUp, vcpu, vm } from './fixtures/recorded.ts'

const run = promisify(execFile)
const warnings = ['-O2', '-Wall', '-Wextra', '-Werror']

function exported(file: ProgramFile): Promise<string> {
  return cProgramOf(programOfFile(file))
}

/** Compiles a program and returns its path. */
async function compiled(t: Test, source: string): Promise<string> {
  const directory = t.testdir()
  const file = path.join(directory, 'reproducer.c')
  await writeFile(file, source)
  await run('gcc', [...warnings, '-o', path.join(directory, 'reproducer'), file])
  return path.join(directory, 'reproducer')
}

const pages = { size: 0x8000, pattern: 0, value: 0x61 }
const place = { vcpu, gpa: 0x4000_0000 }
const pin = handle('pin', 5)
const child = handle('child', 8)

const [vmOf, gmemOf] = [operations.vmCreate.answer.vm.decode(vm), operations.gmemCreate.answer.gmem.decode(gmem)]
/** A round makes a file, which may fail, and closes it. */
const round = [
  call('gmemCreate', { vm: vmOf, size: 0x1000, flags: 0 }, { errno: 'any' }),
  call('fallocate', { file: made(0), mode: 3, offset: 0, length: 0x1000 }, { errno: 'EINVAL' }),
  call('close', { handle: made(0) }),
]

const program = [
  programCall('dup', { handle: gmemOf }, () => undefined),
  programCall('close', { handle: made(0) }, () => undefined),
]
const calls = Buffer.concat(program.map(({ frame }) => frame))
const header = { sequence: 0, process: 0, status: 0, errno: 0 }
const answers = [
  encodeFrame({ ...header, operation: operations.dup.number }, [handle('gmem', 30)], Buffer.alloc(0)),
  encodeFrame({ ...header, operation: operations.close.number }, [], Buffer.alloc(0)),
]

/** One of each operation that has a form in C. */
const everything: readonly StoredOperation[] = [
  ...setUp,
  recorded('hostFill', { mapping, ...pages }, { bytes: 0x8000 }),
  recorded('hostVerify', { mapping, ...pages }),
  recorded('hostRead', { mapping, size: 16 }),
  recorded('hostWrite', { mapping, offset: 8 }, {}, { bytes: Buffer.from('"?\\\0\n7') }),
  recorded('guestFill', { ...place, ...pages }),
  recorded('guestVerify', { ...place, ...pages }),
  recorded('guestRead', { ...place, size: 8 }, { outcome: 1 }, { errno: 'EFAULT' }),
  recorded('guestWrite', place, {}, { bytes: Buffer.from('abc') }),
  recorded('preFault', { ...place, size: 0x1000 }),
  recorded('pin', { mapping, size: 0x1000, method: 1 }, { pin }),
  conversion('private', 'EAGAIN', 0),
  recorded('close', { handle: pin }),
  recorded('pin', { mapping, size: 0x1000 }, { pin: handle('pin', 6) }),
  recorded('pin', { mapping, size: 0x1000, method: 2 }, { pin: handle('pin', 7) }),
  recorded('convertMany', { target: gmem, to: 1, size: 0x8000, unit: 0x1000, stride: 0x2000, order: 1 }, { done: 4 }),
  recorded('convert', { target: vm, dialect: 2, to: 1, offset: 0x4000_0000, size: 0x1000, errorOffset: 5 }),
  recorded('convert', { target: gmem, dialect: 1, to: 0, size: 0x1000 }),
  recorded('convert', { target: gmem, dialect: 3, to: 0, size: 0x1000 }),
  recorded('ioctlRaw', { handle: gmem, request: 0xc040_af41 }, {}, { bytes: Buffer.alloc(64) }),
  recorded(
    'ioctlRaw',
    { handle: gmem, request: 0xc040_af41, argument: 1, value: 2n ** 64n - 1n },
    {},
    { errno: 'EFAULT' },
  ),
  recorded('fallocate', { file: gmem, mode: 3, length: 0x1000 }),
  recorded('madvise', { mapping, length: 0x1000, advice: 9 }),
  recorded('mprotect', { mapping, length: 0x1000, protection: 1 }),
  ...[0, 1, 2].map((how) => recorded('mlock', { mapping, length: 0x1000, how })),
  recorded('dup', { handle: gmem }, { handle: handle('gmem', 8) }),
  recorded('memfdCreate', { size: 0x1000 }, { file: handle('file', 9) }),
  recorded('open', { flags: 2 }, { file: handle('file', 10) }, { bytes: Buffer.from('/dev/null') }),
  recorded('open', { flags: 2 }, {}, { bytes: Buffer.from('/nowhere'), errno: 'ENOENT' }),
  recorded('writeFile', { pathLength: 9 }, {}, { bytes: Buffer.from('/dev/nulltext') }),
  recorded('directory', { call: 0 }, {}, { bytes: Buffer.from('/tmp/a') }),
  recorded('directory', { call: 1 }, {}, { bytes: Buffer.from('/tmp/a') }),
  recorded('gmemCreate', { vm, size: 1, flags: 1 }, {}, { errno: 'EINVAL' }),
  recorded('mmap', { file: gmem, length: 0x8000, protection: 3, flags: 2 }, {}, { errno: 'EINVAL' }),
  recorded('vcpuCreate', { vm, id: 1 }, {}, { errno: 'ENOMEM' }),
  recorded('pin', { mapping, size: 0x1000, method: 1 }, {}, { errno: 'EFAULT' }),
  recorded('mremap', { mapping, oldSize: 0x1000, newSize: 0x2000, flags: 1 }, {}, { errno: 'EFAULT' }),
  recorded('mremap', { mapping, oldSize: 0x1000, newSize: 0x1000, flags: 3, place: mapping, placeOffset: 0x2000 }),
  recorded('mbind', { mapping, length: 0x1000, mode: 2, nodes: 1 }, {}, { errno: 'EINVAL' }),
  ...words.call.map((_, call) => recorded('fileAttempt', { file: gmem, call, value: 16 }, {}, { errno: 'EINVAL' })),
  ...words.way.flatMap((_, way) => [
    recorded('copyScan', { mapping, size: 0x8000, way }),
    recorded('copyFill', { mapping, size: 0x8000, way, value: 7 }, {}, { errno: 'EFAULT' }),
  ]),
  ...words.allocation.flatMap((_, of) => [
    recorded('failNth', { of, nth: 3 }),
    conversion('private', 'ENOMEM'),
    recorded('failNthResult', {}, { armed: 1, fired: 1 }),
    recorded('failLasting', { of, space: 64, times: 1_000_000 }),
    conversion('private', 'ENOMEM'),
    recorded('failLastingResult', {}, { armed: 1, failures: 2 }),
  ]),
  ...words.signal.flatMap((_, how) => [
    recorded('signalNext', { how, after: 2_000_000_000, every: 1000 }),
    conversion('shared', 'EINTR'),
    recorded('signalNextResult', {}, { armed: 1, handled: 1 }),
  ]),
  recorded('fork', {}, { child, pid: 77 }),
  recorded('hostFill', { mapping, ...pages }, { bytes: 0x8000 }, { process: 8 }),
  recorded(
    'mmap',
    { file: gmem, length: 0x1000, protection: 3, flags: 1 },
    { mapping: handle('mapping', 9) },
    { process: 8 },
  ),
  recorded('mmap', { file: gmem, length: 0x1000, protection: 3, flags: 1 }, { mapping: handle('mapping', 9) }),
  recorded('hostRead', { mapping: handle('mapping', 9), size: 8 }, {}, { process: 8 }),
  recorded('convert', { target: gmem, to: 1, size: 0x1000, errorOffset: 5 }, {}, { process: 8 }),
  recorded('copyScan', { mapping, size: 0x8000, pid: 77 }),
  recorded('signalNext', { how: 3, after: 1000 }, {}, { process: 8 }),
  recorded('convert', { target: gmem, to: 1, size: 0x1000 }, {}, { process: 8, isOpen: true }),
  recorded('childKill', { child, signal: 9 }),
  recorded('childWait', { child, timeout: 1000 }, { signal: 9 }),
  recorded('fork', {}, { child: handle('child', 10), pid: 78 }),
  recorded('close', { handle: handle('child', 10) }),
  ...words.actor.map((name, kind) =>
    recorded(
      'actorAdd',
      { kind, target: gmem, mapping, vcpu, vm, slot: 7, dialect: 0, to: 1, size: 0x8000, gpa: 0x4000_0000, check: 1 },
      { actor: kind },
      { bytes: Buffer.from(name === 'write-file' ? '/dev/null\0text' : name === 'read-file' ? '/dev/zero' : '') },
    ),
  ),
  recorded('actorsStart', {}, { actors: 15 }),
  recorded('actorsWait', { duration: 100, patience: 1000 }, { actors: 15 }),
  recorded('actorsStop', {}, { actors: 15 }),
  recorded('repeat', { rounds: 1000 }, { done: 1000 }, { bytes: Buffer.concat(round.map(({ frame }) => frame)) }),
  recorded('program', {}, { calls: 2 }, { bytes: calls, answerBytes: Buffer.concat(answers) }),
  recorded('munmap', { mapping }),
  recorded('close', { handle: vcpu }),
  recorded('close', { handle: vm }),
]

const steps = encodeRecords('step', [
  { does: 'host-fill', first: 0, count: 8, value: 7 },
  { does: 'to-private', first: 2, count: 1, value: 0 },
  { does: 'host-look', first: 0, count: 4, value: 0 },
])
const seen = encodeRecords('pageRun', [{ first: 0, count: 4, look: 'tag', tag: 7 }])

const failures = {
  'an errno': programFile([...setUp, conversion('private')], {
    message: 'converting page 0 to private: wanted EAGAIN or EBUSY, found OK',
    wanted: 'EAGAIN or EBUSY',
    found: 'OK',
  }),
  'a word': programFile([...setUp, conversion('private', 'EAGAIN', 0)], {
    message: 'error_offset of converting pages 0..7 to private: wanted 12288, found 0',
    wanted: 12288,
    found: 0,
  }),
  pages: programFile([...setUp, look('guestScan', [{ first: 0, count: 8, value: 0x61 }])], {
    message: 'guest view: wanted …',
    wanted: [
      { first: 0, count: 4, value: 0x61 },
      { first: 4, count: 4, value: 'fault' },
    ],
    found: [{ first: 0, count: 8, value: 0x61 }],
  }),
  'a batch of steps': programFile(
    [
      ...setUp,
      recorded(
        'steps',
        { file: gmem, target: gmem, mapping },
        { done: 3, runs: 1 },
        { bytes: steps, answerBytes: seen },
      ),
    ],
    { message: 'host view of page 2: wanted sigbus, found 7, after: …', wanted: 'sigbus', found: 7 },
  ),
  'a splat': programFile(everything, { kind: 'splat', message: 'kernel splat: WARNING at a place' }),
  'a hang': programFile(everything, { kind: 'hang', message: 'no answer within 10 s' }),
  'a leak': {
    ...programFile([...setUp], {
      kind: 'leak',
      message: 'leaked kernel resources: free_hugepages of 2M: 4 before, 3 after',
    }),
    pools: { '2M': 4 },
  },
} as const satisfies Record<string, ProgramFile>

for (const [what, file] of Object.entries<ProgramFile>(failures)) {
  void test(`the program of ${what} compiles without warnings, and is skipped without KVM`, async (t) => {
    const source = await exported(file)
    const program = await compiled(t, source)
    t.notMatch(source, /gmemtest\.h|#include "/, 'it needs no file of gmemtest')
    const skipped = await run('unshare', [
      '--mount',
      '--map-root-user',
      'sh',
      '-c',
      `mount -t tmpfs none /dev && ${program}`,
    ]).then(
      () => ({ code: 0, stdout: '' }),
      (error: unknown) => error,
    )
    t.match(skipped, { code: 4, stdout: /^TAP version 13\n1\.\.1\nok 1 # SKIP cannot open \/dev\/kvm: / })
  })
}

void test('the check is the one that failed', async (t) => {
  t.match(
    await exported(failures['an errno']),
    /const int wanted\[\] = \{ EAGAIN, EBUSY \};[\s\S]*expect_one_of\("converting page 0 to private", end, wanted, 2\)/,
  )
  t.match(
    await exported(failures['a word']),
    /expect_number\("error_offset of converting pages 0\.\.7 to private", error_offset, 12288ULL\)/,
  )
  t.match(await exported(failures.pages), /wanted\[\] = \{ \{ 0, 4, 0x61 \}, \{ 4, 4, FAULT \} \}/)
  t.match(
    await exported(failures['a batch of steps']),
    /STEP\(0, host_scan\(mapping1, 4, looks\)\);\n\n\treturn expect_pages/,
  )
  t.match(await exported(failures['a batch of steps']), /wanted\[\] = \{ \{ 2, 1, BUS \} \}/)
})

void test('a program has only what it uses', async (t) => {
  const source = await exported(failures['a word'])
  t.notMatch(source, 'guest_scan')
  t.notMatch(source, 'set_vm_attributes')
  t.match(source, /need_extension\(234, -1, "guest_memfd"\)/)
})

void test('what C cannot do is refused by its name', async (t) => {
  const message = 'converting page 0 to private: wanted EAGAIN, found OK'
  const failure = { message, wanted: 'EAGAIN', found: 'OK' }
  const refusal = async (...operations: readonly StoredOperation[]): Promise<unknown> =>
    exported(programFile([...setUp, ...operations, conversion('private')], failure)).catch((error: unknown) => error)
  t.match(await refusal(recorded('munmap', { mapping }, {}, { process: 8 })), { code: 'PROGRAM_UNKNOWN' })
  t.match(await refusal(recorded('munmap', { mapping: handle('mapping', 77) })), {
    code: 'PROGRAM_UNKNOWN',
    message: /mapping#77/,
  })
  await t.rejects(exported({ ...failures['a word'], isCut: true }), { code: 'REPRO_CUT' })
  await t.rejects(exported({ ...failures['a word'], dialect: 'klingon' }), { code: 'PROGRAM_UNKNOWN' })
  await t.rejects(
    exported(programFile([...setUp], { message: 'it does not hold that it is fast', wanted: true, found: false })),
    {
      code: 'REPRO_CHECK',
      message: /it is fast/,
    },
  )
})
