import { execFileSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'tap'
import { BuildError } from '../../../../harness/base/errors.ts'
import { applySeries, patchIds } from '../../../../harness/kernel/series/apply.ts'
import type { Patch } from '../../../../harness/kernel/series/patch.ts'
import { recordingContext } from '../fixtures/mini-tree.ts'

const lines = Array.from({ length: 40 }, (_, index) => `line ${index + 1}`)

function patchOf(name: string, diff: string): Patch {
  const how = { kind: 'diff', isCrLf: false } as const
  return { name, origin: `${name}.patch`, how, subject: name, diff, strip: 1, sha256: '', content: '' }
}

function context(index: number): string {
  return ` line ${index}`
}

/** One hunk that replaces a line, with three lines of context. */
function hunk(at: number, from: string, to: string): string {
  const before = [at - 3, at - 2, at - 1].map(context)
  const after = [at + 1, at + 2, at + 3].map(context)
  return [`@@ -${at - 3},7 +${at - 3},7 @@`, ...before, `-${from}`, `+${to}`, ...after, ''].join('\n')
}

const header = 'diff --git a/x b/x\n--- a/x\n+++ b/x\n'

void test('patches add, change, rename and remove; the tree itself is not touched', async (t) => {
  const directory = t.testdir({ tree: { x: lines.join('\n') + '\n', old: 'old\n', gone: 'gone\n' } })
  const tree = path.join(directory, 'tree')
  const patches = [
    patchOf('1', header + hunk(10, 'line 10', 'LINE 10')),
    patchOf(
      '2',
      'diff --git a/gone b/gone\ndeleted file mode 100644\n--- a/gone\n+++ /dev/null\n@@ -1 +0,0 @@\n-gone\n',
    ),
    patchOf('3', 'diff --git a/old b/new\nsimilarity index 100%\nrename from old\nrename to new\n'),
    patchOf('4', 'diff --git a/s b/s\nnew file mode 100755\n--- /dev/null\n+++ b/s\n@@ -0,0 +1 @@\n+sh\n'),
  ]
  // A cache that lies in a repository: git apply would skip everything there.
  execFileSync('git', ['init', '-q', directory])
  const overlay = await applySeries(patches, tree, path.join(directory, 'scratch'), recordingContext(directory))
  t.strictSame([...overlay.keys()].toSorted(), ['gone', 'new', 'old', 's', 'x'])
  t.equal(overlay.get('gone'), undefined)
  t.equal(overlay.get('old'), undefined)
  t.match(await readFile(overlay.get('x') ?? '', 'utf8'), /^LINE 10$/m)
  t.notMatch(await readFile(path.join(tree, 'x'), 'utf8'), /LINE/)
})

void test('the patch that does not fit is named, though those before it have been tried with it', async (t) => {
  const directory = t.testdir({ tree: { x: lines.join('\n') + '\n' } })
  const added = patchOf('good', 'diff --git a/n b/n\nnew file mode 100644\n--- /dev/null\n+++ b/n\n@@ -0,0 +1 @@\n+n\n')
  const patches = [added, patchOf('bad', header + hunk(10, 'other', 'b'))]
  await t.rejects(
    applySeries(patches, path.join(directory, 'tree'), path.join(directory, 'scratch'), recordingContext(directory)),
    { code: 'PATCH_DOES_NOT_APPLY', message: /the patch bad does not apply: x, hunk #1/ },
  )
})

void test('each patch of a series has its own number of directories', async (t) => {
  const directory = t.testdir({ tree: { x: lines.join('\n') + '\n' } })
  const plain = header.replaceAll('a/', '').replaceAll('b/', '')
  const patches = [
    { ...patchOf('1', plain + hunk(10, 'line 10', 'LINE 10')), strip: 0 },
    patchOf('2', header + hunk(30, 'line 30', 'LINE 30')),
  ]
  const [tree, scratch] = [path.join(directory, 'tree'), path.join(directory, 'scratch')]
  const overlay = await applySeries(patches, tree, scratch, recordingContext(directory))
  t.match(await readFile(overlay.get('x') ?? '', 'utf8'), /^LINE 10$[^]*^LINE 30$/m)
})

const failures = [
  [
    'the second of two hunks',
    header + hunk(10, 'line 10', 'a') + hunk(30, 'other', 'b'),
    /: x, hunk #2 @@ -27,7 \+27,7 @@/,
  ],
  [
    'context that differs by one blank',
    (header + hunk(10, 'line 10', 'a')).replace(' line 9', '  line 9'),
    /hunk #1 @@ -7,7/,
  ],
  [
    'a file that is not there',
    header.replaceAll('x', 'y') + hunk(10, 'line 10', 'a'),
    /does not apply: y: No such file/,
  ],
  ['a damaged patch', `${header}@@ -7,7 +7,7 @@\n line 7\n`, /the patch bad is damaged or cut off/],
  [
    'a file that exists already',
    'diff --git a/x b/x\nnew file mode 100644\n--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+a\n',
    /x: already exists/,
  ],
] as const

for (const [what, diff, message] of failures) {
  void test(`a patch that does not apply: ${what}`, async (t) => {
    const directory = t.testdir({ tree: { x: lines.join('\n') + '\n' } })
    const patches = [patchOf('good', header + hunk(20, 'line 20', 'LINE 20')), patchOf('bad', diff)]
    const scratch = path.join(directory, 'scratch')
    const applied = applySeries(patches, path.join(directory, 'tree'), scratch, recordingContext(directory))
    await t.rejects(applied, { code: 'PATCH_DOES_NOT_APPLY', message, hint: /nothing was built|wrap lines/ })
    await t.rejects(applied, { message: /the patch bad / })
  })
}

const rejections = [
  [
    'a line that is another one',
    hunk(10, 'other', 'a'),
    {
      message: /hunk #1 @@ -7,7 \+7,7 @@$/,
      tail: [' line 7', ' line 8', ' line 9', '-other', '+a', / 11$/, / 12$/, / 13$/],
    },
    ['the file has 40 lines; from line 7 on:', ...[7, 8, 9, 10, 11, 12, 13].map(context)],
  ],
  [
    'behind a hunk that adds a line',
    hunk(10, 'line 10', 'a\n+b').replace('+7,7', '+7,8') + hunk(30, 'other', 'b').replace('+27', '+28'),
    { message: /hunk #2 @@ -27,7 \+28,7 @@$/ },
    ['the file has 41 lines; from line 28 on:', ...[27, 28, 29, 30, 31, 32, 33].map(context)],
  ],
  [
    'the first of two',
    hunk(10, 'other', 'a') + hunk(30, 'different', 'b'),
    { message: /hunk #1 @@ -7,7/ },
    ['the file has 40 lines; from line 7 on:', ...[7, 8, 9, 10, 11, 12, 13].map(context)],
  ],
  [
    'at the end of the file',
    hunk(38, 'other', 'a'),
    { message: /hunk #1 @@ -35,7/ },
    ['the file has 40 lines; from line 35 on:', ...[35, 36, 37, 38, 39, 40].map(context)],
  ],
  ['behind the end of the file', hunk(60, 'other', 'a'), { message: /hunk #1 @@ -57,7/ }, ['the file has 40 lines']],
] as const

for (const [what, hunks, error, place] of rejections) {
  void test(`a rejected hunk and the lines of the file: ${what}`, async (t) => {
    const directory = t.testdir({ tree: { x: lines.join('\n') + '\n' } })
    const patch = { ...patchOf('bad', header + hunks), how: { kind: 'commit', commit: 'a'.repeat(40) } } as const
    const scratch = path.join(directory, 'scratch')
    const found: unknown = await applySeries(
      [patch],
      path.join(directory, 'tree'),
      scratch,
      recordingContext(directory),
    ).catch((thrown: unknown) => thrown)
    if (!(found instanceof BuildError)) throw found
    t.match(found, { ...error, hint: /read 'git -C bad\.patch show a{12}'/ })
    t.strictSame(found.tail.slice(8), place)
    t.notMatch(found.tail.join('\n'), /@@/)
  })
}

void test('patch ids are those of git', async (t) => {
  const directory = t.testdir()
  const [id] = await patchIds([patchOf('1', header + hunk(10, 'line 10', 'a'))], recordingContext(directory))
  const [other] = await patchIds([patchOf('1', header + hunk(12, 'line 10', 'a'))], recordingContext(directory))
  t.match(id, /^[0-9a-f]{40}$/)
  t.not(id, other)
})
