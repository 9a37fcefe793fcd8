// Positions of virtual CPUs: registers and frame pointers in the format of QEMU 7.2.
import { test } from 'tap'
import { namesIn } from '../../../harness/vm/symbols.ts'
import { parseFrame, parseRegisters, vcpuPositions } from '../../../harness/vm/vcpus.ts'
import { fakeQmp, refusal } from './fixtures/fake-qmp.ts'

const options = { signal: new AbortController().signal, timeout: 1000 }

function registers(cpu: number, change: Readonly<Record<string, string>> = {}): string {
  const all = {
    RBP: 'ffffffff81803e60',
    RIP: 'ffffffff8134ebc0',
    RFL: '00000246',
    CPL: '0',
    HLT: '1',
    ...change,
  }
  return [
    `CPU#${cpu}`,
    'RAX=0000000000000000 RBX=ffffffff81808c80 RCX=000000000000001f RDX=0000000000000000',
    `RSI=0000000000000087 RDI=000000000007ef4c RBP=${all.RBP} RSP=ffffffff81803e58`,
    'R8 =0000000000000002 R9 =0000000000000029 R10=0000000000000322 R11=ffff88803e622540',
    `RIP=${all.RIP} RFL=${all.RFL} [---Z-P-] CPL=${all.CPL} II=0 A20=1 SMM=0 HLT=${all.HLT}`,
    'CS =0010 0000000000000000 ffffffff 00af9b00 DPL=0 CS64 [-RA]',
    '',
  ].join('\r\n')
}

const nameOf = namesIn(
  [
    'ffffffff8134eb00 t pv_native_safe_halt',
    'ffffffff8134f800 T default_idle',
    'ffffffff8134f900 T do_idle',
    'ffffffff81600000 T _etext',
  ].join('\n'),
)

/** Two frames, and a third that points back down. */
function memory(line: string): string {
  const frames: Readonly<Record<string, string>> = {
    'x /2gx 0xffffffff81803e60': '0xffffffff81803e70 0xffffffff8134f876',
    'x /2gx 0xffffffff81803e70': '0xffffffff81803e90 0xffffffff8134f901',
    'x /2gx 0xffffffff81803e90': '0xffffffff81803e60 0xffffffff8134f901',
  }
  return `${line.slice(-16)}: ${frames[line] ?? '0x0000000000000000 0x0000000000000000'}\r\n`
}

void test('registers of all CPUs', (t) => {
  const both = parseRegisters(`\r\n${registers(0)}\r\n${registers(1, { CPL: '3', HLT: '0', RFL: '00000046' })}`)
  t.strictSame(both, [
    { cpu: 0, rip: 0xffffffff8134ebc0n, rbp: 0xffffffff81803e60n, flags: 0x246n, privilege: 0, halted: true },
    { cpu: 1, rip: 0xffffffff8134ebc0n, rbp: 0xffffffff81803e60n, flags: 0x46n, privilege: 3, halted: false },
  ])
  t.strictSame(parseRegisters('no such thing'), [])
  t.end()
})

void test('a frame', (t) => {
  t.strictSame(parseFrame('ffffffff81803e60: 0xffffffff81803e70 0xffffffff8134f876\r\n'), {
    next: 0xffffffff81803e70n,
    returnsTo: 0xffffffff8134f876n,
  })
  t.equal(parseFrame('Cannot access memory\r\n'), undefined)
  t.end()
})

void test('positions with their callers', async (t) => {
  const { qmp, asked } = fakeQmp((line) =>
    line.startsWith('info')
      ? registers(0) + registers(1, { RIP: '00007f1e1d5572a1', CPL: '3', HLT: '0', RFL: '00000046' })
      : memory(line),
  )
  t.strictSame(await vcpuPositions(qmp, nameOf, options), [
    {
      cpu: 0,
      halted: true,
      interruptsOff: false,
      mode: 'kernel',
      trace: ['pv_native_safe_halt+0xc0/0xd00', 'default_idle+0x76/0x100', 'do_idle+0x1/0x2b0700'],
    },
    { cpu: 1, halted: false, interruptsOff: true, mode: 'user', trace: [] },
  ])
  t.strictSame([asked.at(0), asked.at(-1)], ['stop', 'cont'], 'stopped meanwhile')
})

void test('code without a name belongs to a nested VM, or to firmware', async (t) => {
  const { qmp } = fakeQmp(() => registers(0, { RIP: '0000000000100000' }))
  t.match(await vcpuPositions(qmp, nameOf, options), [{ mode: 'elsewhere', trace: [] }])
})

void test('a refusal is passed on, and the CPUs run again', async (t) => {
  const { qmp, asked } = fakeQmp((line) => (line.startsWith('info') ? refusal : {}))
  await t.rejects(vcpuPositions(qmp, nameOf, options), { code: 'QMP_REFUSED' })
  t.equal(asked.at(-1), 'cont')
})
