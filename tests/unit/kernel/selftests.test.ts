// The selftests of a kernel in miniature: built once, found again, and the errors for unknown names.
import { spawnSync } from 'node:child_process'
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'tap'
import { listSelftests, provideSelftests } from '../../../harness/kernel/selftests.ts'
import { isStaticProgram } from '../../../harness/process/executable.ts'
import { gmemPatch, miniDefinition, recordingContext } from './fixtures/mini-tree.ts'

const makefile = `
TEST_GEN_PROGS := $(patsubst %,$(OUTPUT)/%,x86/good_test bad_test dynamic_test)
LDFLAGS += $(USERLDFLAGS)
$(OUTPUT)/%: %.c
	@mkdir -p $(@D)
	@gcc $(KHDR_INCLUDES) $(LDFLAGS) -o $@ $<
$(OUTPUT)/dynamic_test: dynamic_test.c
	@gcc -o $@ $<
`
const directory = 'tools/testing/selftests'
const files = {
  [`${directory}/kvm/Makefile`]: makefile,
  [`${directory}/kvm/settings`]: '# slow\ntimeout=120\n',
  [`${directory}/kvm/x86/good_test.c`]: '#include <linux/gmem.h>\nint main(void) { return GMEM; }\n',
  [`${directory}/kvm/bad_test.c`]: 'int main(void) { return oops; }\n',
  [`${directory}/kvm/dynamic_test.c`]: 'int main(void) { return 0; }\n',
  [`${directory}/net/Makefile`]: 'TEST_GEN_PROGS := $(OUTPUT)/socket_test\n',
}
const good = { target: 'kvm', test: 'good_test' }

void test('a program is built against the headers of its kernel, and found again', async (t) => {
  const place = t.testdir()
  const context = recordingContext(path.join(place, 'cache'))
  const definition = await miniDefinition(place, { files })
  const [built] = await provideSelftests(definition, [good], context)
  if (built === undefined || 'error' in built) throw new Error('it was not built', { cause: built })
  t.equal(built.timeout, 120)
  t.ok(isStaticProgram(built.program))
  t.equal(spawnSync(built.program).status, 7)

  context.told.length = 0
  t.same(await provideSelftests(definition, [good], context), [built])
  t.same(context.told, [], 'nothing had to be done')

  const patched = await miniDefinition(place, { files, patches: { '0001-b.patch': gmemPatch() } })
  const [other] = await provideSelftests(patched, [good], context)
  t.not(other && 'program' in other && other.program, built.program, 'another tree has other tests')
  const trees = await readdir(path.join(context.cache, 'trees'))
  for (const tree of trees) {
    t.notOk((await readdir(path.join(context.cache, 'trees', tree))).includes('selftests'), 'nothing is left')
  }
})

void test('a test that is wanted only if it is present may be missing', async (t) => {
  const place = t.testdir()
  const context = recordingContext(path.join(place, 'cache'))
  const definition = await miniDefinition(place, { files })
  const wanted = [good, { target: 'kvm', test: 'newer_test', ifPresent: true }] as const
  const built = await provideSelftests(definition, wanted, context)
  t.strictSame(
    built.map((program) => program.test),
    ['good_test'],
  )
  context.told.length = 0
  t.same(await provideSelftests(definition, wanted, context), built)
  t.same(context.told, [], 'the tree is known to lack it')
  const present = [{ ...good, ifPresent: true }] as const
  t.match(await provideSelftests(definition, present, context), [{ test: 'good_test', timeout: 120 }])
})

void test('a selftest that does not compile does not stop the others', async (t) => {
  const place = t.testdir()
  const context = recordingContext(path.join(place, 'cache'))
  const definition = await miniDefinition(place, { files })
  const names = ['bad_test', 'good_test', 'dynamic_test'].map((name) => ({ target: 'kvm', test: name }))
  const [bad, fine, dynamic] = await provideSelftests(definition, names, context)
  t.match(bad, {
    error: {
      code: 'SELFTEST_BUILD_FAILED',
      message: /^kvm:bad_test does not compile: bad_test\.c:1:\d+: error: .*oops/,
    },
  })
  t.match(fine, { program: /program$/ })
  t.match(dynamic, { error: { code: 'SELFTEST_DYNAMIC' } })
})

void test('unknown names of selftests', async (t) => {
  const place = t.testdir()
  const context = recordingContext(path.join(place, 'cache'))
  const definition = await miniDefinition(place, { files })
  t.same(await listSelftests(definition, 'kvm', context), ['kvm:bad_test', 'kvm:dynamic_test', 'kvm:good_test'])
  await t.rejects(listSelftests(definition, 'kmv', context), {
    code: 'SELFTEST_UNKNOWN',
    hint: 'try kvm',
  })
  await t.rejects(provideSelftests(definition, [{ target: 'kvm', test: 'godo_test' }], context), {
    code: 'SELFTEST_UNKNOWN',
    fault: 'usage',
    message: "the target kvm of this kernel has no test 'godo_test'",
    hint: /^try kvm:good_test/,
  })
  t.notOk(
    context.told.some((progress) => progress.type === 'phase' && progress.phase === 'compile'),
    'nothing was compiled',
  )
})
