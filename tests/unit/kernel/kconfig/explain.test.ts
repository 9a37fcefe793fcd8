import { test } from 'tap'
import { explainLost } from '../../../../harness/kernel/kconfig/explain.ts'

const kconfig = `
mainmenu "mini"
if-success = $(shell,x)

config KVM
	bool "KVM"
	help
	  if it were parsed, this would be:
	  depends on NEVER

menu "More"
	depends on KVM

source "virt/Kconfig.$(SRCARCH)"

endmenu

config CRC
	bool "crc"
config ACPI
	bool "acpi"
	select CRC if KVM

choice
	prompt "which"
config WHICH_A
	bool "a"
config WHICH_B
	bool "b"
endchoice
`
const sourced = `
if PRIVATE != n
config GMEM
	bool "gmem"
	depends on X86_64 && \\
		(TDX || SNP)
endif
config HIDDEN
	bool
config EXPERTS
	bool "only" if EXPERT
`

const config = new Map([
  ['ACPI', 'y'],
  ['CRC', 'y'],
  ['X86_64', 'y'],
  ['WHICH_B', 'y'],
])
const withKvm = [...config, ['KVM', 'y'] as const]

const cases = [
  [
    'GMEM',
    'y',
    config,
    'it depends on KVM (KVM=n), and on PRIVATE != n (PRIVATE=n), and on X86_64 && (TDX || SNP) (X86_64=y, TDX=n, SNP=n)',
  ],
  [
    'GMEM',
    'y',
    new Map([...withKvm, ['PRIVATE', 'y']]),
    'it depends on X86_64 && (TDX || SNP) (X86_64=y, TDX=n, SNP=n)',
  ],
  ['GMEN', 'y', config, 'this tree has no such option; the nearest is CONFIG_GMEM'],
  ['CRC', 'n', new Map(withKvm), 'it is selected by ACPI'],
  [
    'HIDDEN',
    'y',
    new Map(withKvm),
    'it has no prompt (virt/Kconfig.x86:8), so it cannot be asked for; nothing selects it',
  ],
  ['EXPERTS', 'y', new Map(withKvm), 'it can only be set with EXPERT (EXPERT=n)'],
  ['WHICH_A', 'y', config, 'the choice at Kconfig:24 took CONFIG_WHICH_B'],
] as const

for (const [name, value, values, reason] of cases) {
  void test(`why ${name} is not ${value}: ${reason}`, async (t) => {
    const tree = t.testdir({ Kconfig: kconfig, virt: { 'Kconfig.x86': sourced } })
    const [line] = await explainLost([{ name, value, at: 'f:1' }], values, tree)
    t.equal(line, `CONFIG_${name} is ${values.get(name) ?? 'n'}, not ${value} as f:1 asks: ${reason}`)
  })
}

void test('an optional option is lost only in a tree that has it', async (t) => {
  const directory = t.testdir({ Kconfig: 'config KVM\n\tbool "KVM"\n\tdepends on NEVER\n' })
  const lost = ['KVM', 'GONE'].map((name) => ({ name, value: 'y', at: 'mine:1', ifKnown: true as const }))
  const lines = await explainLost(lost, new Map(), directory)
  t.equal(lines.length, 1)
  t.match(lines[0], /^CONFIG_KVM is n, not y as mine:1 asks: it depends on NEVER/)
})
