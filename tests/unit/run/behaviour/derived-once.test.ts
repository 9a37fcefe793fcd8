// A fact is derived once: the sifted splats, the decoded trace, the day of the run, the number of jobs.
import { test } from 'tap'
import { bytes } from '../../../../harness/base/units.ts'
import { jobsFor } from '../../../../harness/commands/jobs/jobs-for.ts'
import { planBoots } from '../../../../harness/run/boot-plan.ts'
import { goldenLines } from '../../console/fixtures/golden.ts'
import { fine, named, run, verdicts, type Body } from '../../fixtures/run/run.ts'

const known = '[    2.0] WARNING: CPU: 0 PID: 1 at mm/slub.c:1 allowed_one+0x1/0x2'
const allow = [{ match: 'allowed_one', reason: 'known', expires: '2026-11-30' }]
const inFiles = async (lines: readonly string[]): Promise<string[]> => lines.map((line) => `${line} file.c:1`)

const failing: Body = async ({ check }) => check.fail('no')

void test('the trace of an allowed splat is not shown as the trace of a failure', async (t) => {
  const lines = goldenLines('warning').map((line) => line.replace('kvm_gmem_get_folio', 'allowed_one'))
  const result = await run([named('a', async (context) => fine(context).then(() => failing(context)))], {
    allow,
    instances: [
      {
        react: (name, puppet) => {
          if (name === 'setAffinity') for (const line of lines) puppet.say(line)
          return undefined
        },
      },
    ],
  })
  const [finished] = result.finished
  t.match(finished, { verdict: 'FAIL', diagnostic: { message: 'no' }, allowed: [/allowed until/] })
  t.notOk('trace' in (finished?.diagnostic ?? {}))
})

void test('a late splat has file and line as well', async (t) => {
  const result = await run([named('a', fine)], {
    decode: inFiles,
    isolation: 'vm',
    instances: [{ onDispose: (puppet) => goldenLines('warning').forEach((line) => puppet.say(line)) }],
  })
  t.strictSame(verdicts(result), ['FAIL'])
  t.match(result.finished[0]?.diagnostic?.trace?.[0], /^RIP: kvm_gmem_get_folio\+0x[\da-f]+\/0x[\da-f]+.* file\.c:1$/)
})

void test('an allowance holds to the end of a run that began on its last day', async (t) => {
  const instances = [
    {
      react: (name: string, puppet: { say(line: string): void }) => {
        if (name === 'setAffinity') puppet.say(known)
        return undefined
      },
    },
  ]
  // This test runs after that day: only the day of the run counts.
  const past = [{ match: 'allowed_one', reason: 'known', expires: '2020-01-31' }]
  const during = await run([named('a', fine)], { allow: past, today: '2020-01-31', instances })
  t.strictSame(verdicts(during), ['PASS'])
  const after = await run([named('a', fine)], { allow: past, today: '2020-02-01', instances })
  t.strictSame(verdicts(after), ['FAIL'])
})

void test('the number of jobs follows from the plan and the memory alone', (t) => {
  const pooled = named('pooled', fine, [], { pools: { '1G': 4 } })
  const plenty = bytes(2 ** 40)
  const three = ['a', 'b', 'c'].map((name) => named(name, fine))
  const plan = planBoots(three, plenty)
  t.equal(jobsFor(plan, plenty, 8), 3, 'no more than tests')
  t.equal(jobsFor(plan, plenty, 4), 2, 'two processors each')
  t.equal(jobsFor(plan, bytes(2 ** 31), 8), 2, 'memory for two')
  const withPool = planBoots([...three, pooled], plenty)
  t.equal(jobsFor(withPool, bytes(8 * 2 ** 30), 8), 1, 'the largest instance fills the memory')
  t.equal(jobsFor({ groups: [], refused: [] }, bytes(1), 1), 1, 'never none')
  t.end()
})
