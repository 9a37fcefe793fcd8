import { test } from 'tap'
import { sourceWord } from '../../../../harness/kernel/definition/source-word.ts'

void test('words for a source', (t) => {
  const sha256 = 'a'.repeat(64)
  for (const [word, source] of [
    ['git:https://example.org/linux.git#v7.3', { git: 'https://example.org/linux.git', ref: 'v7.3' }],
    ['git+https://example.org/linux.git#v7.3', { git: 'https://example.org/linux.git', ref: 'v7.3' }],
    ['git:./linux', { git: './linux', ref: 'base-commit' }],
    ['debian:linux-source-7.3@trixie-backports', { debian: 'linux-source-7.3', suite: 'trixie-backports' }],
    ['debian:linux-source-6.12', { debian: 'linux-source-6.12' }],
    [`tarball:https://example.org/linux.tar.xz#${sha256}`, { tarball: 'https://example.org/linux.tar.xz', sha256 }],
    ['dir:~/linux', { dir: '~/linux' }],
    ['../linux', { dir: '../linux' }],
  ] as const) {
    t.strictSame(sourceWord(word), source, word)
  }
  for (const word of [
    '',
    'https://example.org/linux.git',
    'git:x#',
    'git:-x#y',
    'git:x#-y',
    'debian:X',
    'tarball:x.tar#12',
    'svn:x',
  ]) {
    t.throws(() => sourceWord(word), { code: 'SOURCE_WORD', hint: /git:URL#REF/ }, word)
  }
  t.end()
})
