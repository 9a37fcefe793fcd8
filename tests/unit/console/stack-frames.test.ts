// Lines of call traces: frames, program counters, and the names of functions.
import { test } from 'tap'
import { frameOn, functionOf, programCounterOn } from '../../../harness/console/stack-frames.ts'

const frames: readonly (readonly [line: string, frame: object])[] = [
  [' f+0x12/0x34', { symbol: 'f', offset: 0x12, size: 0x34 }],
  [' f.constprop.0+0x12/0x34', { symbol: 'f.constprop.0', function: 'f' }],
  [' f+0x12/0x34 [kvm]', { function: 'f', module: 'kvm' }],
  [' f+0x12/0x34 [kvm 1f2e3d4c5b6a79880706050403020100aabbccdd]', { function: 'f', module: 'kvm' }],
  [' f+0x12/0x34 (P)', { function: 'f' }],
  [' f+0x12/0x34 mm/file.c:12', { function: 'f', location: 'mm/file.c:12' }],
  [' f+0x12/0x34 mm/file.c:12 (C)', { function: 'f', location: 'mm/file.c:12' }],
  [' f mm/file.c:12 [inline]', { function: 'f', location: 'mm/file.c:12', isInlined: true }],
  [' f (mm/file.c:12)', { function: 'f', location: 'mm/file.c:12' }],
  [' f (mm/file.c:12 (discriminator 3)) kvm', { function: 'f', location: 'mm/file.c:12', module: 'kvm' }],
  ['[<ffffffff80009a2e>] f+0x12/0x34', { function: 'f' }],
  ['[c000000007b8fa50] [c0000000000b5d6c] f+0x12/0x34 (unreliable)', { function: 'f' }],
  [' [<000000012bd0c5f6>] f+0x12/0x34', { function: 'f' }],
  [' ? f+0x12/0x34', { function: 'f', isDoubtful: true }],
  [' ? f (mm/file.c:12)', { function: 'f', isDoubtful: true }],
  [' f+0x12/0x34 ??:?', { function: 'f' }],
  [' .f+0x12/0x34 (unreliable)', { function: 'f' }],
  ['f (mm/file.c:12)', { function: 'f', location: 'mm/file.c:12' }],
  ['? f (mm/file.c:12) ', { function: 'f', isDoubtful: true }],
  ['f (mm/file.c:?) ', { function: 'f', location: undefined }],
  [' f (??:?)', { function: 'f', location: undefined }],
  ['f (mm/file.c:12 mm/file.c:20) kvm (P)', { function: 'f', location: 'mm/file.c:12', module: 'kvm' }],
  ['f (mm/a.c:1 (discriminator 1) mm/a.c:2 (discriminator 1))', { function: 'f', location: 'mm/a.c:1' }],
  ['[<     inline     >] f mm/file.c:12', { function: 'f', isInlined: true }],
  [' f from g+0x12/0x34', { function: 'g', offset: 0x12, size: 0x34 }],
  [' f from g+0x12/0x34 [kvm]', { function: 'g', module: 'kvm' }],
  ['[<c0008770>] (f) from [<c0015acc>] (g+0x12/0x34)', { function: 'g', offset: 0x12 }],
  ['[<c0008770>] (f+0x1/0x2 [kvm]) from [<c0015acc>] (g+0x12/0x34 [kvm])', { function: 'g', module: 'kvm' }],
  ['([<00000000005c4702>] f+0x12/0x34)', { function: 'f', isDoubtful: true }],
]

for (const [line, frame] of frames) {
  void test(`a frame: '${line}'`, (t) => {
    t.match(frameOn(line), frame)
    t.end()
  })
}

for (const line of [' 0xffffffffc0001234', ' ? 0xffffffffc0001234']) {
  void test(`a doubtful frame: '${line}'`, (t) => {
    t.equal(frameOn(line), 'nameless')
    t.end()
  })
}

for (const line of [
  '',
  'f',
  ' f',
  ' f+0x12',
  'Call Trace:',
  ' <TASK>',
  'RIP: 0010:f+0x12/0x34',
  'x = f+0x12/0x34 here',
  'the end (at last)',
  'a letter from home',
]) {
  void test(`no frame: '${line}'`, (t) => {
    t.equal(frameOn(line), undefined)
    t.end()
  })
}

for (const [line, name] of [
  ['RIP: 0010:f+0x12/0x34', 'f'],
  ['RIP: 0010:f+0x12/0x34 [kvm]', 'f'],
  ['RIP: 0010:[<ffffffff81234567>] f+0x12/0x34', 'f'],
  ['pc : f+0x12/0x34', 'f'],
  ['epc : f+0x12/0x34 ra : g+0x12/0x34', 'f'],
  ['NIP [c0000000000b5d6c] f+0x12/0x34', 'f'],
  ['RIP: 0010:[<ffffffff81234567>]  [<ffffffff81234567>] f+0x12/0x34', 'f'],
  ['IP: [<ffffffff81234567>] f+0x12/0x34', 'f'],
  ['EIP is at f+0x12/0x34', 'f'],
  ['pc : f (mm/file.c:12)', 'f'],
  ['epc   : 80412f10 f+0x12/0x34', 'f'],
  ['  ERA: 9000000000221234 f+0x12/0x34', 'f'],
  ['Krnl PSW : 0404e00180000000 00000000005c4488 (f+0x12/0x34)', 'f'],
  ['NIP [c0000000000b5d6c] .f+0x12/0x34', 'f'],
  ['epc : ffffffff80a04afe ra : ffffffff80a0e742 sp : ffffffc6003fbeb0', undefined],
  ['pc : [<c0812345>]    lr : [<c0523456>]    psr: 60000013', undefined],
  ['RIP: 0033:0x440be9', undefined],
  ['RIP: 0010:0x0', undefined],
] as const) {
  void test(`the processor was in ${name}: '${line}'`, (t) => {
    t.equal(programCounterOn(line)?.function, name)
    t.end()
  })
}

for (const [symbol, name] of [
  ['f.isra.0', 'f'],
  ['f.part.0.constprop.1', 'f'],
  ['f.cold', 'f'],
  ['f.llvm.1234567890', 'f'],
  ['f.12', 'f'],
  ['__pfx_f', 'f'],
  ['bpf_prog_6deef7357e7b4530_sys_enter', 'bpf_prog_sys_enter'],
] as const) {
  void test(`${symbol} is ${name}`, (t) => {
    t.equal(functionOf(symbol), name)
    t.end()
  })
}
