// A configuration is made again after a change of its inputs, and not after a change of code alone.
import { readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'tap'
import { configKey, configureOnce, isCodeAlone } from '../../../../harness/kernel/kconfig/configure.ts'

const code = 'diff --git a/virt/kvm/guest_memfd.c b/virt/kvm/guest_memfd.c\n--- a/x.c\n+++ b/x.c\n@@ -1 +1 @@\n'

for (const [what, diff, wanted] of [
  ['a C file', code, true],
  ['a new header', 'diff --git a/a.h b/a.h\nnew file mode 100644\n--- /dev/null\n+++ b/a.h\n', true],
  ['a C file and a Kconfig file', `${code}--- a/virt/kvm/Kconfig\n+++ b/virt/kvm/Kconfig\n`, false],
  ['a C file that is renamed to a Makefile', 'diff --git a/a.c b/Makefile\nrename from a.c\n', false],
  ['a script, without a git header', '--- a/scripts/x.sh\n+++ b/scripts/x.sh\n', false],
  ['nothing that is known', 'Binary files differ\n', false],
] as const) {
  void test(`${what}: ${wanted ? 'code alone' : 'may change the configuration'}`, (t) => {
    t.equal(isCodeAlone(diff), wanted)
    t.end()
  })
}

void test('the key of a configuration', (t) => {
  const inputs = {
    source: 'a',
    patches: [{ diff: '--- a/Kconfig\n+++ b/Kconfig\n', content: '1' }],
    requests: [{ name: 'A', value: 'y', at: 'one/a.config:1' }],
    compiler: 'gcc',
  }
  const key = configKey(inputs)
  t.equal(configKey({ ...inputs, patches: [...inputs.patches, { diff: code, content: '2' }] }), key)
  t.equal(configKey({ ...inputs, requests: [{ name: 'A', value: 'y', at: 'two/a.config:2' }] }), key)
  for (const other of [
    { ...inputs, requests: [{ name: 'A', value: 'n', at: 'one/a.config:1' }] },
    { ...inputs, source: 'b' },
    { ...inputs, compiler: 'clang' },
    { ...inputs, patches: [{ diff: '--- a/Kconfig\n+++ b/Kconfig\n', content: '3' }] },
  ]) {
    t.not(configKey(other), key)
  }
  t.end()
})

void test('a configuration is made once, and again after a change', async (t) => {
  const home = t.testdir({})
  const file = path.join(home, '.config')
  let made = 0
  const configure = async (): Promise<void> => writeFile(file, `CONFIG_N=${(made += 1)}\n`)
  const steps: readonly (readonly [string, () => Promise<void>, string, number])[] = [
    ['the first time', async () => undefined, 'a', 1],
    ['the same', async () => undefined, 'a', 1],
    ['another key', async () => undefined, 'b', 2],
    ['a changed file', () => writeFile(file, 'CONFIG_X=y\n'), 'b', 3],
    ['a file that is gone', () => rm(file), 'b', 4],
    ['a memory that is torn', () => writeFile(path.join(home, 'configured.json'), '"[\\"b'), 'b', 5],
  ]
  for (const [what, happens, key, wanted] of steps) {
    await happens()
    await configureOnce(home, { key, file }, configure)
    t.equal(made, wanted, what)
  }
})

void test('a failed configuration is not remembered', async (t) => {
  const home = t.testdir({ '.config': 'old' })
  const file = path.join(home, '.config')
  const once = (configure: () => Promise<void>): Promise<void> => configureOnce(home, { key: 'a', file }, configure)
  await once(async () => undefined)
  await writeFile(file, 'new')
  await t.rejects(
    once(async () => {
      await writeFile(file, 'old')
      throw new Error('no')
    }),
    { message: 'no' },
  )
  await once(() => writeFile(file, 'good'))
  t.equal(await readFile(file, 'utf8'), 'good')
})
