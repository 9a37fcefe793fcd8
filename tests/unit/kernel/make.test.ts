import { test } from 'tap'
import { cacheParts } from '../../../harness/cache/cache-parts.ts'
import { errorLines, makeArguments, makeLockOf } from '../../../harness/kernel/make.ts'
import { withCleanEnvironment } from '../../../harness/process/environment.ts'

void test('the lock of the programs is the one that the pruning of the cache asks for', (t) => {
  t.equal(makeLockOf('/cache/trees/t/tree'), `/cache/trees/t/${cacheParts.trees.programLock}`)
  t.end()
})

void test('the lines of the compiler and the linker explain a failure, with paths in the tree', (t) => {
  const log = `  CC      virt/kvm/guest_memfd.o
../virt/kvm/guest_memfd.c: In function 'kvm_gmem_init':
../virt/kvm/guest_memfd.c:466:13: error: 'sizee' undeclared (first use in this function)
  466 |         if (sizee <= 0)
make[5]: *** [../scripts/Makefile.build:229: virt/kvm/guest_memfd.o] Error 1`
  t.strictSame(errorLines(log), [
    "virt/kvm/guest_memfd.c:466:13: error: 'sizee' undeclared (first use in this function)",
  ])
  t.match(errorLines("ld: vmlinux.o: in function `f':\nf.c:(.text+0x1): undefined reference to `g'"), ['ld: ', /`g'/])
  t.strictSame(errorLines('sh: 1: flex: not found\nmake: *** [x] Error 127'), ['sh: 1: flex: not found'])
  t.strictSame(errorLines('make: *** [x] Error 2'), ['make: *** [x] Error 2'])
  t.end()
})

void test('the environment does not change a build', (t) => {
  process.env['KCFLAGS'] = '-O0'
  const [command, args] = withCleanEnvironment('make', makeArguments('/tree', ['vmlinux'], 'gcc'))
  t.equal(command, 'env')
  t.equal(args[0], '-i')
  t.notOk(args.includes('KCFLAGS=-O0'))
  t.ok(args.includes('KCFLAGS=-fdebug-prefix-map=/tree=.'))
  t.ok(args.includes('O=/tree/gmemtest-objects'))
  t.end()
})
