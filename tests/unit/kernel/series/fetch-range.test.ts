// A range behind a URL: only what is between its ends is fetched.
import path from 'node:path'
import { test } from 'tap'
import { readParts } from '../../../../harness/kernel/series.ts'
import { BoxRepository } from '../fixtures/boxes.ts'
import { recordingContext } from '../fixtures/mini-tree.ts'
import { git } from '../fixtures/series-tree.ts'

void test('the commits between two ends are fetched once, until a refresh', async (t) => {
  const directory = t.testdir({ cache: {} })
  const { path: repository } = new BoxRepository(directory)
  const context = recordingContext(path.join(directory, 'cache'))
  const part = (range: string) => ({ kind: 'git', name: range, repository: `file://${repository}`, range }) as const
  const subjects = async (range: string, refresh = false): Promise<string[]> => {
    const [found] = await readParts([part(range)], { ...context, refresh })
    return found?.patches.map(({ subject }) => subject) ?? []
  }
  const three = ['a: ten', 'b: twenty', 'a: thirty']
  t.strictSame(await subjects('base..series'), three)
  t.strictSame(await subjects('prep..series'), three, 'the base has moved on')
  git(repository, 'branch', '-f', 'series', 'series~1')
  t.strictSame(await subjects('base..series'), three)
  t.strictSame(await subjects('base..series', true), three.slice(0, 2))
  await t.rejects(subjects('base..none'), { code: 'SERIES_UNKNOWN', hint: /git ls-remote/ })
  await t.rejects(subjects('base...series'), { code: 'SERIES_RANGE' })
  const gone = { ...part('a..b'), repository: `file://${directory}/none` }
  await t.rejects(readParts([gone], context), {
    code: 'SERIES_UNREACHABLE',
    hint: /clone it where the network allows it/,
  })
})
