// What a report shows of a kernel that printed a splat, died or hangs.
import { test } from 'tap'
import { findSplats } from '../../../harness/console/find-splats.ts'
import type { Symbolizer } from '../../../harness/console/symbolizer.ts'
import { callTrace } from '../../../harness/judge/diagnostic.ts'
import type { FakeOptions, Puppet } from '../fixtures/run/fake-instance.ts'
import { fine, named, run, type Finished } from '../fixtures/run/run.ts'

const oops = [
  '[    2.1] BUG: kernel NULL pointer dereference, address: 0000000000000008',
  '[    2.1] RIP: 0010:kvm_gmem_convert+0x12/0x340',
  '[    2.1] Call Trace:',
  '[    2.1]  <TASK>',
  '[    2.1]  ? __die+0x1f/0x30',
  '[    2.1]  kvm_gmem_ioctl+0x5/0x80',
  '[    2.1] RIP: 0033:0x440000',
]

const traced = ['RIP: kvm_gmem_convert+0x12/0x340', 'kvm_gmem_ioctl+0x5/0x80']

const inFiles: Symbolizer = async (lines) => lines.map((line) => `${line} virt/kvm/guest_memfd.c:1`)

async function diagnosed(instance: FakeOptions, decode?: Symbolizer): Promise<Finished['diagnostic']> {
  const { finished } = await run([named('bad', fine)], {
    instances: [instance],
    ...(decode === undefined ? {} : { decode }),
  })
  return finished[0]?.diagnostic
}

/** What the kernel says while the scenario runs, and what becomes of it then. */
function saying(lines: readonly string[], then: (puppet: Puppet) => number | 'hang'): FakeOptions {
  return {
    react: (name, puppet) => {
      if (name !== 'setAffinity') return undefined
      for (const line of lines) puppet.say(line)
      return then(puppet)
    },
  }
}

function panicking(puppet: Puppet): 'hang' {
  puppet.die({ kind: 'panic', title: 'Fatal exception' })
  return 'hang'
}

const noise = Array.from({ length: 50 }, (_, index) => `[    3.0] line ${index}`)

void test('the functions of a trace, without those that are doubtful', (t) => {
  const [splat] = findSplats(oops)
  t.strictSame(splat && callTrace(splat), traced)
  const module = { symbol: 'f', function: 'f', offset: 1, size: 2, module: 'kvm' }
  t.strictSame(callTrace({ trace: [module, { symbol: 'g', function: 'g' }] }), ['f+0x1/0x2 [kvm]', 'g'])
  t.end()
})

void test('a splat is shown as it is, when the kernel has gone on', async (t) => {
  const found = await diagnosed(saying([...oops, ...noise], () => 0))
  t.equal(found?.console[0], oops[0])
  t.strictSame(found?.trace, traced)
})

void test('after a panic, the last 30 lines and the trace with its files', async (t) => {
  const found = await diagnosed(saying([...oops, ...noise], panicking), inFiles)
  t.strictSame(found?.console, noise.slice(-30))
  t.strictSame(found?.trace, [
    'RIP: kvm_gmem_convert+0x12/0x340 virt/kvm/guest_memfd.c:1',
    'kvm_gmem_ioctl+0x5/0x80 virt/kvm/guest_memfd.c:1',
  ])
})

void test('after a hang, the last 30 lines and the stacks with their files', async (t) => {
  const found = await diagnosed(
    saying(noise, () => 'hang'),
    inFiles,
  )
  t.strictSame(found?.console, noise.slice(-30))
  t.equal(found?.trace, undefined)
  t.match(found?.seen, [/agent's session/, /sleeps/, '  kvm_gmem_made_up+0x1/0x2 virt/kvm/guest_memfd.c:1'])
})

void test('each splat of a test is named by its fingerprint, also one that is allowed', async (t) => {
  const allow = [{ match: 'kvm_gmem_convert', reason: 'known', expires: '2027-01-01' }]
  const instance = saying([...oops, ...noise], () => 0)
  const counted = (await run([named('bad', fine)], { instances: [instance] })).finished[0]
  const allowed = (await run([named('bad', fine)], { instances: [instance], allow })).finished[0]
  t.match(counted?.splats, [{ fingerprint: /^[0-9a-f]{16}$/, title: /kvm_gmem_convert/ }])
  t.equal(allowed?.verdict, 'PASS')
  t.match(allowed?.splats, [{ fingerprint: counted?.splats?.[0]?.fingerprint ?? 'none', allowed: /known/ }])
  t.notOk('splats' in ((await run([named('good', fine)])).finished[0] ?? {}))
})
