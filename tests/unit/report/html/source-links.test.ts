// The addresses of lines of the kernel, and of the mails of patches.
import { test } from 'tap'
import type { BuildFacts } from '../../../../harness/report/events.ts'
import { linkedLine, patchSubject, sourceOf } from '../../../../harness/report/html/source-links.ts'
import { markup } from '../../../../harness/report/html/markup.ts'

const commit = '1'.repeat(40)

function build(kind: BuildFacts['source']['kind'], facts: Readonly<Record<string, string>>): BuildFacts {
  const source = { kind, version: '', content: '', facts }
  return { source, patches: [], patchsetHash: '', compiler: '', configHash: '', startTime: '', seconds: 0 }
}

void test('a commit on a known server, and a release of the stable tree, have an address', (t) => {
  const rows: readonly (readonly [BuildFacts, string, string | undefined])[] = [
    [
      build('git', { location: 'https://git.kernel.org/pub/scm/virt/kvm/kvm.git', commit }),
      '6.12.0',
      `https://git.kernel.org/pub/scm/virt/kvm/kvm.git/tree/mm/gup.c?id=${commit}#n7`,
    ],
    [
      build('git', { location: 'https://github.com/torvalds/linux.git', commit }),
      '6.12.0',
      `https://github.com/torvalds/linux/blob/${commit}/mm/gup.c#L7`,
    ],
    [
      build('git', { location: 'https://gitlab.com/x/linux', commit }),
      '6.12.0',
      `https://gitlab.com/x/linux/-/blob/${commit}/mm/gup.c#L7`,
    ],
    [
      build('debian', {}),
      '6.12.117',
      'https://git.kernel.org/pub/scm/linux/kernel/git/stable/linux.git/tree/mm/gup.c?h=v6.12.117#n7',
    ],
    [
      build('tarball', {}),
      '6.12.0-rc1',
      'https://git.kernel.org/pub/scm/linux/kernel/git/stable/linux.git/tree/mm/gup.c?h=v6.12#n7',
    ],
    [build('git', { location: 'https://example.org/linux.git', commit }), '6.12.0', undefined],
    [build('git', { location: 'https://github.com/"onclick="x/y', commit }), '6.12.0', undefined],
    [build('git', { location: 'https://github.com/torvalds/linux.git', commit: 'main' }), '6.12.0', undefined],
    [build('dir', { path: '/home/me/linux' }), '6.12.0', undefined],
    [build('debian', {}), 'odd', undefined],
  ]
  for (const [facts, release, address] of rows) {
    t.equal(sourceOf(facts, release)?.('mm/gup.c', '7'), address, JSON.stringify(facts.source))
  }
  t.equal(sourceOf(undefined, '6.12'), undefined)
  t.end()
})

function addressOf(file: string, line: string): string {
  return `x:${file}:${line}`
}

function linked(line: string): string {
  return markup`${linkedLine(line, addressOf)}`.source
}

void test('only a place in the source becomes a link, and only when its address is known', (t) => {
  t.equal(
    linked('RIP: f+0x1/0x2 virt/kvm/guest_memfd.c:512'),
    'RIP: f+0x1/0x2 <a href="x:virt/kvm/guest_memfd.c:512" rel="noreferrer">virt/kvm/guest_memfd.c:512</a>',
  )
  t.match(linked('f (mm/gup.c:12 (discriminator 1))'), /\(<a href="x:mm\/gup.c:12".*<\/a> \(discriminator 1\)\)$/)
  for (const line of ['f+0x1/0x2', 'f ../../etc/x.c:1', 'f /etc/x.c:1', 'f javascript:1', ''])
    t.notMatch(linked(line), '<a')
  t.equal(linkedLine('f mm/gup.c:1', undefined), 'f mm/gup.c:1')
  t.end()
})

void test('a patch that came in a mail is a link to it', (t) => {
  const patch = { name: '0001-x.patch', sha256: '', patchId: '' }
  t.equal(patchSubject({ ...patch, subject: '[PATCH v2 1/2] KVM: x' }), 'KVM: x')
  t.equal(patchSubject({ ...patch, subject: '' }), '0001-x.patch')
  t.equal(
    markup`${patchSubject({ ...patch, subject: 'KVM: x', messageId: '1/"<@x.org' })}`.source,
    '<a href="https://lore.kernel.org/all/1%2F%22%3C%40x.org/" rel="noreferrer">KVM: x</a>',
  )
  t.end()
})
