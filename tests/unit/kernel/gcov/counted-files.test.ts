import { execFileSync } from 'node:child_process'
import { test } from 'tap'
import { countingVariable, isCounted, sparingVariables } from '../../../../harness/kernel/gcov/counted-files.ts'

const patches = [
  { strip: 1, diff: '--- a/mm/filemap.c\n+++ b/mm/filemap.c\n@@ -1 +1 @@\n--- /dev/null\n+++ b/tools/testing/t.c\n' },
  { strip: 0, diff: '--- mm/hugetlb.c\tx\n+++ mm/hugetlb.c\tx\n@@\n+++ b/include/linux/a.h\n' },
]

void test('files of KVM and of the series count, programs in tools do not', async (t) => {
  t.ok(isCounted('virt/kvm/eventfd.c', []))
  t.ok(isCounted('arch/x86/kvm/mmu/spte.c', []))
  t.notOk(isCounted('arch/x86/kvm/x86.c', []))
  t.ok(isCounted('mm/filemap.c', patches))
  t.ok(isCounted('mm/hugetlb.c', patches))
  t.notOk(isCounted('tools/testing/t.c', patches))
})

/** Returns the words that make gives to an object of each source. */
function inMake(variables: readonly string[], sources: readonly string[]): string[] {
  const rules = `${sources.join(' ')}:\n%.o: %.c\n\t@echo $<: $(GCOV_PROFILE) $(cmd_objtool)\nobjtool-enabled := y\nobjtool-args := --static-call --no-unreachable\n`
  const objects = sources.map((source) => source.replace(/c$/, 'o'))
  return execFileSync('make', ['--no-print-directory', '-f', '-', ...objects, ...variables], {
    input: rules,
    encoding: 'utf8',
  })
    .trim()
    .split('\n')
}

void test('make finds the same files by their sources', async (t) => {
  const sources = [
    '../mm/filemap.c',
    '../mm/other.c',
    '../arch/x86/kvm/../../../virt/kvm/eventfd.c',
    '../fs/mm/filemap.h.c',
  ]
  t.same(inMake([countingVariable('gcov', patches)], sources), [
    '../mm/filemap.c: y',
    '../mm/other.c:',
    '../arch/x86/kvm/../../../virt/kvm/eventfd.c: y',
    '../fs/mm/filemap.h.c:',
  ])
})

void test('kcov traces the files in which gcov counts', (t) => {
  const [name, condition] = countingVariable('kcov', patches).split(/=(.*)/)
  t.equal(name, 'KCOV_INSTRUMENT')
  t.equal(`GCOV_PROFILE=${condition}`, countingVariable('gcov', patches))
  t.end()
})

void test('objects that do not count keep the command line that they had', async (t) => {
  const call = 'cmd_objtool = $(if $(objtool-enabled), ; $(objtool) $(objtool-args) $@)'
  const variables = [countingVariable('gcov', patches), ...sparingVariables(`a\n${call}\nb\n`, patches), 'objtool=echo']
  t.same(inMake(variables, ['../mm/filemap.c', '../mm/other.c']), [
    '../mm/filemap.c: y',
    '--static-call --no-unreachable ../mm/filemap.o',
    '../mm/other.c:',
    '--static-call ../mm/other.o',
  ])
  t.same(sparingVariables('cmd_objtool = $(objtool) $@\n', patches), [])
})
