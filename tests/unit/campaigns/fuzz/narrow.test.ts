// The search for the program behind trouble of an instance.
import { test } from 'tap'
import { narrow, signatureOf } from '../../../../harness/campaigns/fuzz/narrow.ts'
import { linesOf, type Program } from '../../../../harness/campaigns/fuzz/program/fuzz-program.ts'
import { parseProgram } from '../../../../harness/campaigns/fuzz/program/program-yaml.ts'
import type { TestFinished } from '../../../../harness/report/events.ts'

/** A program with a step for each tag. */
function filling(...tags: readonly number[]): Program {
  const steps = tags.map((tag) => `  - { do: host-fill, first: 0, count: 1, tag: ${tag} }`)
  const text = ['version: 1', 'pageSize: 4K', 'pages: 4', 'initially: shared', 'steps:', ...steps].join('\n')
  return parseProgram('p.yaml', `${text}\n`)
}

const programs = [filling(1, 2), filling(3, 4, 5), filling(6, 7), filling(8)]

function hasStep(program: Program, tag: number): boolean {
  return linesOf(program).some((line) => line.includes(`with ${tag} `))
}

/** An attempt that fails by one step of any program. */
function failsBy(tag: number): (candidates: readonly Program[]) => Promise<string | undefined> {
  return async (candidates) => (candidates.some((program) => hasStep(program, tag)) ? 'leak' : undefined)
}

/** An attempt that fails when one program has the one step, and another one the other step. */
async function failsByBoth(candidates: readonly Program[]): Promise<string | undefined> {
  const has = (tag: number): boolean => candidates.some((program) => hasStep(program, tag))
  return has(1) && has(7) ? 'leak' : undefined
}

void test('the last program is tried alone, and then without each of its steps', async (t) => {
  const sizes: number[] = []
  const narrowed = await narrow(programs.slice(0, 2), 'leak', async (candidates) => {
    sizes.push(candidates.length)
    return await failsBy(4)(candidates)
  })
  t.match(narrowed, { index: 1, isConfirmed: true })
  t.match(linesOf(narrowed?.program ?? filling()), [/^a file/, /^1\. fill page 0 with 4 /])
  t.ok(sizes.every((size) => size === 1))
})

void test('an earlier program is found when the last one is not to blame', async (t) => {
  const narrowed = await narrow(programs, 'leak', failsBy(5))
  t.match(narrowed, { index: 1, isConfirmed: true })
  t.match(linesOf(narrowed?.program ?? filling()), [/^a file/, /^1\. fill page 0 with 5 /])
})

void test('trouble that does not show again, or only after several programs, is not confirmed', async (t) => {
  t.match(await narrow(programs, 'leak', async () => undefined), { index: 3, isConfirmed: false })
  t.match(await narrow(programs, 'leak', failsByBoth), { isConfirmed: false })
  t.match(await narrow(programs, 'splat', failsBy(8)), { isConfirmed: false }, 'another failure')
  t.equal(await narrow([], 'leak', failsBy(1)), undefined)
})

void test('failures are alike by their splat, or by their message without its numbers', (t) => {
  const failed = { type: 'test-finished', suite: 'fuzz', name: 'a', title: '', milliseconds: 1 } as const
  const diagnostic = { rules: [], operations: [], console: [], again: '' }
  const leak = (count: number): TestFinished => ({
    ...failed,
    verdict: 'FAIL',
    diagnostic: { ...diagnostic, message: `leaked: ${count} before` },
  })
  t.equal(signatureOf(leak(1)), signatureOf(leak(22)))
  const splat = { fingerprint: 'f', kind: 'bug', title: 'BUG in x' }
  t.equal(signatureOf({ ...leak(1), splats: [splat] }), 'splat: BUG in x')
  t.equal(signatureOf({ ...leak(1), splats: [{ ...splat, allowed: 'known' }] }), signatureOf(leak(3)))
  t.equal(signatureOf({ ...leak(1), beforehand: true }), undefined, 'the boot failed')
  t.equal(signatureOf({ ...failed, verdict: 'MISS' }), undefined, 'trouble of this computer')
  t.end()
})
