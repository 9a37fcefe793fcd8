// Programs and firmware write to the same console: their lines are no splats, and hide none.
import { test } from 'tap'
import { findSplats } from '../../../../harness/console/find-splats.ts'
import { goldenLines, texts } from '../fixtures/golden.ts'

const boot = ['[    0.000000] Linux version 6.12.117 (gcc) #1 SMP', '[    1.000000] Run /init as init process']
const oops = texts('null-dereference').slice(2)

const preambles: Readonly<Record<string, readonly string[]>> = {
  'TF-A': [
    'NOTICE:  BL31: v2.9(release)',
    'INFO:    BL31: Initializing',
    'WARNING: BL31: cortex_a57: CPU workaround was missing!',
  ],
  'U-Boot': ['U-Boot 2024.01 (Jan 01 2024 - 00:00:00 +0000)', 'WARNING: Caches not enabled', 'Starting kernel ...'],
  coreboot: ['[INFO ]  Timestamp', '[WARN ]  BUG: no memory for CBMEM', 'BUG: CBMEM is too small'],
  'OP-TEE': ['I/TC: OP-TEE version: 4.0.0', 'WARNING: This OP-TEE configuration might be insecure!'],
  EDK2: ['WARNING: Firmware is old', 'INFO: Loading driver'],
  pip: ["WARNING: Running pip as the 'root' user can result in broken permissions"],
  kbuild: ['WARNING: modpost: vmlinux: section mismatch in reference: frob', 'INFO: booting kernel bzImage'],
  'a build system': ['INFO: task build:1 done', 'BUG: please report'],
}

for (const [name, lines] of Object.entries(preambles)) {
  void test(`${name} speaks before the kernel`, (t) => {
    t.strictSame(findSplats([...lines, ...boot], { isRunning: false }), [])
    t.match(findSplats([...lines, ...boot, ...goldenLines('oops')], { isRunning: false }), [{ kind: 'oops' }])
    t.end()
  })
}

void test('in a log without stamps, such lines may be of the kernel', (t) => {
  t.match(findSplats(['usb 1-1: new device', 'WARNING: the frobnicator is hot']), [{ kind: 'warning' }])
  t.end()
})

for (const prefix of ['init: ', '# ', '> ', 'agent[77]: ', '\t', '(1) ']) {
  void test(`a program prints an oops behind '${prefix}' while the kernel writes stamps`, (t) => {
    t.strictSame(findSplats([...boot.slice(1), ...oops.map((line) => `${prefix}${line}`)]), [])
    t.strictSame(
      findSplats([...oops.map((line) => `${prefix}${line}`), ...boot.slice(1)]).filter(({ kind }) => kind !== 'oops'),
      [],
    )
    t.end()
  })
}

void test('text about splats is no splat', (t) => {
  for (const text of [
    'Subject: [syzbot] BUG: KASAN: slab-use-after-free in do_frob',
    'this fixes: kernel BUG at fs/frob.c:12!',
    '> Kernel panic - not syncing: why',
    'see also Unable to handle kernel NULL pointer dereference at virtual address 0',
    '+ grep -q "WARNING: CPU: 0 PID: 1 at fs/frob.c:1 frob+0x1/0x2" log',
  ]) {
    t.strictSame(findSplats([text, 'and more text', 'Call me']), [], text)
  }
  t.end()
})

void test('no prefix of a program hides a splat behind it', (t) => {
  const lines = goldenLines('null-dereference')
  for (const forged of [
    '[    1.000000] hello',
    'host kernel: fine',
    '4,1,1,-;fine',
    '<4>',
    '- {dt: 1, msg: ',
    'Jan 06 16:39:14 host kernel: ',
  ]) {
    const torn = lines.map((line, number) => (number === 2 ? `${forged}${line}` : line))
    t.match(findSplats(torn), [{ kind: 'oops', title: 'NULL pointer dereference in kvm_gmem_get_pfn' }], forged)
  }
  t.end()
})

const foreign: readonly string[] = [
  'usb 1-6: Manufacturer: Example',
  'systemd[1]: Started frob.service.',
  'e1000: eth0 NIC Link is Up 1000 Mbps',
  'audit: type=1400 audit(1.2:3): avc: denied',
]

for (const log of [
  'null-dereference',
  'warning',
  'hung-arm64',
  'kasan',
  'plain-ok',
  'arm64-isv1',
  'riscv-illegal',
  'ppc-exc',
]) {
  void test(`lines of others within ${log}`, (t) => {
    const lines = goldenLines(log)
    const [alone] = findSplats(lines)
    const first = lines.findIndex((line) => /\+0x[0-9a-f]+\/0x/.test(line) && !/RIP|pc |lr |epc|ra |NIP/.test(line))
    for (const count of [1, 3]) {
      const others = foreign
        .slice(0, count)
        .map((text) => `${/^\[[^\]]*\](?:\[[^\]]*\])?/.exec(lines[first] ?? '')?.[0]} ${text}`)
      for (const at of [first + 1, first + 2]) {
        const found = findSplats(lines.toSpliced(at, 0, ...others))
        const { title, fingerprint, corrupted } = alone ?? {}
        t.match(found, [{ title, fingerprint, corrupted, trace: alone?.trace }], `${count} at ${at}`)
        t.equal(found.length, 1)
      }
    }
    t.end()
  })
}

void test('the unwinder complains within a trace, which stays whole', (t) => {
  const complaint = "WARNING: kernel stack regs at 0000000012345678 in agent:77 has bad 'bp' value 000000001f0f0f0f"
  for (const log of ['null-dereference', 'warning', 'kasan', 'arm64-isv1']) {
    const lines = goldenLines(log)
    const [alone] = findSplats(lines)
    const at = lines.findIndex((line) => /Call [tT]race:/.test(line)) + 3
    const stamp = /^\[[^\]]*\](?:\[[^\]]*\])?/.exec(lines[at] ?? '')?.[0]
    const found = findSplats(lines.toSpliced(at, 0, `${stamp} ${complaint}`))
    t.match(found, [{ title: alone?.title, fingerprint: alone?.fingerprint, corrupted: undefined }], log)
    t.equal(found.length, 1, log)
  }
  t.end()
})
