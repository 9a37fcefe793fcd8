// The added lines of a series in a small repository: git blame finds them, whatever the patches moved.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'tap'
import { composeDefinition } from '../../../../harness/kernel/definition/load-definition.ts'
import { findAddedLines } from '../../../../harness/kernel/gcov/added-lines.ts'
import { recordingContext } from '../fixtures/mini-tree.ts'
import { git } from '../fixtures/series-tree.ts'

const base = 'int f(void)\n{\n\treturn 0;\n}\n'
const first = 'int f(void)\n{\n\tlock();\n\tunlock();\n\treturn 0;\n}\n'
const second = '#include <x.h>\n\nint f(void)\n{\n\tlock();\n\tput();\n\treturn 0;\n}\n'

void test('each added line has its number in the patched tree and its last patch', async (t) => {
  const directory = t.testdir({ repository: {} })
  const repository = path.join(directory, 'repository')
  const commit = (message: string, files: Readonly<Record<string, string>>): void => {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(path.dirname(path.join(repository, name)), { recursive: true })
      writeFileSync(path.join(repository, name), text)
    }
    git(repository, 'add', '-A')
    git(repository, 'commit', '-q', '-m', message)
  }
  git(repository, 'init', '-q', '-b', 'main')
  commit('base', { Kbuild: '', Makefile: 'all:\n', 'mm/a.c': base })
  git(repository, 'tag', 'base')
  commit('first', { 'mm/a.c': first, 'mm/new.h': '#define X 1\n', 'Documentation/a.rst': 'a\n' })
  commit('second', { 'mm/a.c': second, 'tools/t.c': 'int main(void)\n{\n}\n' })

  const context = recordingContext(path.join(directory, 'cache'))
  mkdirSync(context.cache)
  const words = { source: `git:${repository}#base`, series: [`git+file://${repository}#base..main`] }
  const definition = await composeDefinition(undefined, words, directory)
  const sources = path.join(directory, 'sources')
  const added = await findAddedLines(definition, sources, context)

  t.same([...added.keys()].toSorted(), ['mm/a.c', 'mm/new.h'])
  const rows = added
    .get('mm/a.c')
    ?.map(({ line, text, function: name, patch }) => [line, text, name, patch.replace(/^\w+ /, '')])
  t.same(rows, [
    [1, '#include <x.h>', '', '("second")'],
    [2, '', '', '("second")'],
    [5, '\tlock();', 'f', '("first")'],
    [6, '\tput();', 'f', '("second")'],
  ])
  t.equal(readFileSync(path.join(sources, 'mm/a.c'), 'utf8'), second)
})
