import path from 'node:path'
import { test } from 'tap'
import { namedSeries, seriesPart } from '../../../../harness/kernel/definition/definition-paths.ts'

const mail = (messageId: string): object => ({ kind: 'mail', name: `<${messageId}>`, messageId })
const range = (repository: string, commits: string): object => ({
  kind: 'git',
  name: commits,
  repository,
  range: commits,
})

void test('words for a part of a series', (t) => {
  for (const [word, part] of [
    ['./v8', { kind: 'path', name: 'v8', path: '/x/v8' }],
    ['v8.mbox', { kind: 'path', name: 'v8.mbox', path: '/x/v8.mbox' }],
    ['t.mbox.gz', { kind: 'path', name: 't.mbox.gz', path: '/x/t.mbox.gz' }],
    ['gmem-convert', { kind: 'path', name: 'gmem-convert', path: path.join(namedSeries, 'gmem-convert') }],
    ['/mail/cur/1.host:2,S', { kind: 'path', name: '1.host:2,S', path: '/mail/cur/1.host:2,S' }],
    ['./a@b.org', { kind: 'path', name: 'a@b.org', path: '/x/a@b.org' }],
    ['a-1@b.org', mail('a-1@b.org')],
    ['<a/1@b.org>', mail('a/1@b.org')],
    ['mid:a-1@b.org', mail('a-1@b.org')],
    ['https://lore.kernel.org/all/a-1@b.org/', mail('a-1@b.org')],
    ['https://lore.kernel.org/kvm/a-1%40b.org/T/#u', mail('a-1@b.org')],
    ['https://lore.kernel.org/r/a-1@b.org', mail('a-1@b.org')],
    ['https://patchwork.kernel.org/project/kvm/patch/a-1@b.org/mbox/', mail('a-1@b.org')],
    ['git+https://example.org/linux.git#v7.3..mine', range('https://example.org/linux.git', 'v7.3..mine')],
    ['git+file:///srv/linux#a..b', range('/srv/linux', 'a..b')],
    ['git:../linux#a..b', range('/linux', 'a..b')],
    ['git:.#a..b', range('/x', 'a..b')],
    ['git+host:linux#a..', range('host:linux', 'a..')],
  ] as const) {
    t.strictSame(seriesPart(word, '/x'), part, word)
  }
  for (const word of [
    'git+https://example.org/linux',
    'git+https://example.org/linux#v7.3',
    'git:--upload-pack=x#a..b',
    'git:#a..b',
    'https://lore.kernel.org/kvm/',
  ]) {
    t.throws(() => seriesPart(word, '/x'), { code: 'SERIES_WORD', hint: /./ }, word)
  }
  t.end()
})
