// The proof of a series on sources of git, and what must be in the source before it.
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test, type Test } from 'tap'
import { composeDefinition } from '../../../../harness/kernel/definition/load-definition.ts'
import type { KernelWords } from '../../../../harness/kernel/definition/compose.ts'
import { checkSeries, type CheckedSeries } from '../../../../harness/kernel/proof/check-series.ts'
import { BoxRepository } from '../fixtures/boxes.ts'
import { noticesOf, recordingContext } from '../fixtures/mini-tree.ts'
import { git } from '../fixtures/series-tree.ts'

/** Files of patches, and the repository that they are made from. */
class Place {
  readonly #directory: string
  readonly repository: string
  readonly boxes: BoxRepository
  readonly context: ReturnType<typeof recordingContext>

  constructor(t: Test) {
    this.#directory = t.testdir({})
    this.boxes = new BoxRepository(this.#directory)
    this.repository = this.boxes.path
    this.context = recordingContext(path.join(this.#directory, 'cache'))
    mkdirSync(this.context.cache)
  }

  write(name: string, text: string): string {
    writeFileSync(path.join(this.#directory, name), text)
    return `./${name}`
  }

  async check(ref: string, series: readonly string[], words: KernelWords = {}): Promise<CheckedSeries> {
    const all = { ...words, source: `git:${this.repository}#${ref}`, series }
    return checkSeries(await composeDefinition(undefined, all, this.#directory), this.context)
  }

  tree(ref: string): string {
    return git(this.repository, 'rev-parse', `${ref}^{tree}`)
  }

  patchId(ref: string): string {
    return (
      git(this.repository, '-c', 'alias.id=!git show "$1" | git patch-id --stable; :', 'id', ref).split(' ')[0] ?? ''
    )
  }
}

void test('the tree, the base and the patch-ids are those of git', async (t) => {
  const place = new Place(t)
  const options = ['--thread', '--cover-letter', '--base=base']
  const file = place.write('s.mbox', place.boxes.mails({ options }).toReversed().join(''))
  const { proof, ingredients } = await place.check('base', [file])
  t.equal(proof.sourceTree, place.tree('base'))
  t.equal(proof.tree, place.tree('series'))
  t.strictSame(
    proof.patches.map(({ patchId }) => patchId),
    ['series~2', 'series~1', 'series'].map((ref) => place.patchId(ref)),
  )
  t.equal(ingredients.series.parts[0]?.series.baseCommit, git(place.repository, 'rev-parse', 'base'))
  const again = await place.check('base', [`git+file://${place.repository}#base..series`])
  t.equal(again.proof.tree, proof.tree, 'a range of commits gives the same tree')
})

void test('prerequisites are found before the series, in the source, or are named', async (t) => {
  const place = new Place(t)
  git(place.repository, 'checkout', '-q', '-b', 'topic', 'prep')
  git(place.repository, 'cherry-pick', 'base..series')
  const text = `${git(place.repository, 'format-patch', '--stdout', '--thread', '--cover-letter', '--base=base', 'prep..topic')}\n`
  const series = place.write('s.mbox', text)
  const prep = place.write('prep.patch', `${git(place.repository, 'format-patch', '--stdout', 'base..prep')}\n`)
  const id = place.patchId('prep')

  const missing = {
    code: 'SERIES_PREREQUISITE',
    message: new RegExp(`lacks 1 prerequisite: prerequisite-patch-id: ${id}`),
    hint: /--in-source/,
  }
  await t.rejects(place.check('base', [series]), missing)
  await t.rejects(place.check('base', [series, prep]), missing, 'a patch behind it is too late')
  const before = await place.check('base', [prep, series])
  t.equal(before.proof.tree, place.tree('topic'))
  t.match(before.ingredients.series.prerequisites, [{ by: 'the patch prep.patch' }])
  const inSource = await place.check('prep', [series])
  t.equal(inSource.proof.tree, place.tree('topic'))
  t.match(inSource.ingredients.series.prerequisites, [{ by: 'a commit of the source' }])
  const declared = await place.check('base', [series], { inSource: [id] })
  t.match(declared.ingredients.series.prerequisites, [{ by: /its definition/ }])
})

void test('change-ids and Message-IDs are found in the series before it', async (t) => {
  const place = new Place(t)
  const needing = (line: string): string =>
    place.write(
      's.mbox',
      place.boxes
        .mails()
        .map((mail, index) => (index === 0 ? mail.replace('\n-- \n', `\n${line}\n-- \n`) : mail))
        .join(''),
    )
  const other = place.boxes.mails({ branch: 'other', version: 2, title: 'First' })
  const cover = other[0] ?? ''
  const first = place.write(
    'first.mbox',
    [cover.replace('\n-- \n', '\nchange-id: 2026-first\n-- \n'), ...other.slice(1)].join(''),
  )
  const messageId = /^Message-Id: <(.*)>$/im.exec(cover)?.[1] ?? ''
  for (const [line, isThere] of [
    ['prerequisite-change-id: 2026-first', true],
    ['prerequisite-change-id: 2026-first:v2', true],
    ['prerequisite-change-id: 2026-first:v3', false],
    ['prerequisite-change-id: 2026-other', false],
    [`prerequisite-message-id: <${messageId}>`, true],
  ] as const) {
    const found = place.check('base', [first, needing(line)])
    if (isThere) t.match((await found).ingredients.series.prerequisites, [{ line, by: 'the series before it' }], line)
    else await t.rejects(found, { code: 'SERIES_PREREQUISITE', message: line }, line)
  }
})

void test('patches that lie in another order than the prerequisites are refused', async (t) => {
  const place = new Place(t)
  const patches = ['other~1', 'other'].map((ref, index) =>
    place.write(`${index}.patch`, `${git(place.repository, 'format-patch', '--stdout', '-1', ref)}\n`),
  )
  const lines = ['other', 'other~1'].map((ref) => `prerequisite-patch-id: ${place.patchId(ref)}`).join('\n')
  const file = place.write(
    's.patch',
    place.boxes
      .mails({ options: ['-1'] })
      .join('')
      .replace('\n-- \n', `\n${lines}\n-- \n`),
  )
  await t.rejects(place.check('base', [...patches, file]), { code: 'SERIES_PREREQUISITE', message: /another order/ })
})

void test('a series for another base is refused with its base, and merged on request; each hunk is told', async (t) => {
  const place = new Place(t)
  git(place.repository, 'checkout', '-q', '-b', 'far', 'base')
  writeFileSync(
    path.join(place.repository, 'a'),
    git(place.repository, 'show', 'base:a').replace(/^7$/m, 'seven').concat('\n'),
  )
  git(place.repository, 'commit', '-q', '-a', '-m', 'a: seven')
  git(place.repository, 'checkout', '-q', '-b', 'near', 'base')
  writeFileSync(
    path.join(place.repository, 'a'),
    git(place.repository, 'show', 'base:a').replace(/^10$/m, 'another').concat('\n'),
  )
  git(place.repository, 'commit', '-q', '-a', '-m', 'a: another')
  const options = ['--thread', '--cover-letter', '--base=base']
  const base = git(place.repository, 'rev-parse', 'base')
  const file = place.write('s.mbox', place.boxes.mails({ options }).join(''))
  await t.rejects(place.check('far', [file]), {
    code: 'PATCH_DOES_NOT_APPLY',
    message: /a, hunk #1/,
    hint: new RegExp(`base-commit ${base}`),
  })

  const { proof } = await place.check('far', [file], { threeWay: true })
  t.match(proof.patches, [
    { merged: [{ file: 'a', hunk: '#1 @@ -7,7 +7,7 @@', how: '3-way merge' }] },
    { merged: undefined },
    { merged: undefined },
  ])
  t.match(noticesOf(place.context.told).join('\n'), /does not fit as it is: a, hunk #1 .* applied by a 3-way merge/)
  git(place.repository, 'checkout', '-q', '-b', 'merged', 'far')
  git(place.repository, 'cherry-pick', 'base..series')
  t.equal(proof.tree, place.tree('merged'))

  const plain = place.boxes.mails({ options: ['-1', '--no-thread'] }).join('')
  const reduced = place.write('r.patch', plain.replaceAll(/^index .*\n/gm, '').replace(/^ 27$/m, ' other'))
  const found = await place.check('base', [reduced], { threeWay: true })
  t.match(found.proof.patches, [{ merged: [{ file: 'a', hunk: /^#1 /, how: '2 lines of context' }] }])
  t.equal(found.proof.patches[0]?.patchId, place.patchId('series'), 'the patch-id is that of what was applied')
  await t.rejects(
    place.check('near', [file], { threeWay: true }),
    { code: 'PATCH_DOES_NOT_APPLY' },
    'a conflict is no merge',
  )
})
