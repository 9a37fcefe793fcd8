// The choice of the accelerator as a table of facts.
import { Patience } from '../../../harness/base/patience.ts'
import { test } from 'tap'
import { chooseAccelerator, decideAccelerator, slowedDown } from '../../../harness/vm/accelerator.ts'
import type { AcceleratorFacts } from '../../../harness/vm/accelerator.ts'

const intel = { name: 'kvm_intel', nested: true } as const
const amd = { name: 'kvm_amd', nested: true } as const

const useless: readonly (readonly [why: string, facts: AcceleratorFacts, reason: RegExp])[] = [
  ['no device', { device: 'missing', module: intel }, /no \/dev\/kvm/],
  ['no device and no module', { device: 'missing', module: undefined }, /no \/dev\/kvm/],
  ['a KVM that cannot nest', { device: 'usable', module: undefined }, /neither kvm_intel nor kvm_amd/],
  ['nesting is off', { device: 'usable', module: { ...amd, nested: false } }, /kvm_amd\/parameters\/nested/],
  ['a device that this user cannot open', { device: 'forbidden', module: intel }, /cannot open \/dev\/kvm/],
]

for (const [why, facts, reason] of useless) {
  void test(`${why}: emulation, and an error when KVM is requested`, (t) => {
    const choice = decideAccelerator(undefined, facts)
    t.match(choice, { name: 'tcg', patience: new Patience(10), reason })
    t.throws(() => decideAccelerator('kvm', facts), {
      name: 'InfraError',
      code: 'KVM_UNUSABLE',
      message: reason,
      hint: /--accel tcg/,
    })
    t.match(decideAccelerator('tcg', facts), { name: 'tcg', reason: '--accel tcg was given' })
    t.end()
  })
}

for (const module of [intel, amd]) {
  void test(`${module.name} that nests: KVM, unless emulation is requested`, (t) => {
    const facts: AcceleratorFacts = { device: 'usable', module }
    for (const asked of [undefined, 'kvm'] as const) {
      t.match(decideAccelerator(asked, facts), {
        name: 'kvm',
        patience: new Patience(1),
        reason: new RegExp(module.name),
      })
    }
    t.match(decideAccelerator('tcg', facts), { name: 'tcg', patience: new Patience(10) })
    t.end()
  })
}

void test('a slow kernel only stretches the deadlines', (t) => {
  const emulation = decideAccelerator('tcg', { device: 'missing', module: undefined })
  t.strictSame(slowedDown(emulation, 5), { ...emulation, patience: emulation.patience.times(5) })
  t.end()
})

void test('emulation works on every computer', async (t) => {
  t.match(await chooseAccelerator('tcg'), { name: 'tcg' })
})
