// Two checkouts with one cache: neither the store nor the work tree depends on the path of a checkout.
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'tap'
import { withMutant } from '../../../../harness/campaigns/mutants/mutant-patches.ts'
import type { KernelDefinition } from '../../../../harness/kernel/definition/definition.ts'
import { provideKernel } from '../../../../harness/kernel/provide.ts'
import { gmemPatch, miniDefinition, recordingContext } from '../fixtures/mini-tree.ts'

/** Copies a checkout to another path; returns the definition of the copy. */
async function cloned(definition: KernelDefinition, to: string): Promise<KernelDefinition> {
  const from = path.dirname(definition.file)
  await cp(from, to, { recursive: true })
  const copy: KernelDefinition = JSON.parse(JSON.stringify(definition).replaceAll(`${from}/`, `${to}/`))
  return copy
}

function mutantOf(definition: KernelDefinition, name: string): KernelDefinition {
  const file = path.join(path.dirname(definition.file), 'series/mutants', `${name}.patch`)
  return withMutant(definition, { name, file, title: name, bugs: [], claims: [] })
}

async function twoCheckouts(directory: string): Promise<{ one: KernelDefinition; two: KernelDefinition }> {
  const home = path.join(directory, 'one')
  await mkdir(home)
  const one = await miniDefinition(home, { patches: { '0001-b.patch': gmemPatch() } })
  await mkdir(path.join(home, 'series/mutants'))
  for (const value of ['21', '22']) {
    await writeFile(path.join(home, 'series/mutants', `b-${value}.patch`), gmemPatch('20', value))
  }
  return { one, two: await cloned(one, path.join(directory, 'deep/down/two')) }
}

void test('a second checkout finds the kernels of the first, and builds a mutant in the same tree', async (t) => {
  const directory = t.testdir()
  const { one, two } = await twoCheckouts(directory)
  const context = recordingContext(path.join(directory, 'cache'))
  const first = await provideKernel(one, context)
  const mutant = await provideKernel(mutantOf(one, 'b-21'), context)

  const second = await provideKernel(two, context)
  t.match(second, { cached: true, key: first.key })
  t.ok(second.provenance.repeat.some((line) => line.includes('deep/down/two/series')))
  t.match(await provideKernel(mutantOf(two, 'b-21'), context), { cached: true, key: mutant.key })

  const memory = path.join(context.cache, 'trees')
  const [tree = ''] = await readdir(memory)
  const configured = await readFile(path.join(memory, tree, 'configured.json'), 'utf8')
  const other = await provideKernel(mutantOf(two, 'b-22'), context)
  t.equal(other.cached, false)
  t.equal(other.provenance.objects, 1, 'only the file that the mutant changes is compiled')
  t.strictSame(await readdir(memory), [tree], 'in the same tree')
  t.equal(await readFile(path.join(memory, tree, 'configured.json'), 'utf8'), configured)
})

void test('checkouts whose series differ share a tree, and each gets its own kernel', async (t) => {
  const directory = t.testdir()
  const { one, two } = await twoCheckouts(directory)
  const context = recordingContext(path.join(directory, 'cache'))
  const first = await provideKernel(one, context)
  await writeFile(path.join(path.dirname(two.file), 'series/0001-b.patch'), gmemPatch('2', '30'))
  const second = await provideKernel(two, context)
  t.not(second.key, first.key)
  t.equal(second.provenance.objects, 1)
  t.equal((await readdir(path.join(context.cache, 'trees'))).length, 1)
  const code = await Promise.all([first, second].map(({ vmlinux }) => readFile(vmlinux)))
  t.notOk(code[0]?.equals(code[1] ?? Buffer.alloc(0)))
  t.match(await provideKernel(one, context), { cached: true, key: first.key })
})

void test('the builds of two checkouts at the same time do not mix', async (t) => {
  const directory = t.testdir()
  const { one, two } = await twoCheckouts(directory)
  const context = recordingContext(path.join(directory, 'cache'))
  const alone = await provideKernel(mutantOf(one, 'b-22'), recordingContext(path.join(directory, 'other')))
  await Promise.all([provideKernel(mutantOf(one, 'b-21'), context), provideKernel(two, context)])
  const built = await provideKernel(mutantOf(two, 'b-22'), context)
  t.equal(built.key, alone.key)
  t.ok((await readFile(built.vmlinux)).equals(await readFile(alone.vmlinux)))
})
