// Definitions of the user: what is written can be loaded, and means what the words mean.
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { test, type Test } from 'tap'
import {
  composeDefinition,
  listOwnKernels,
  loadKernelDefinition,
} from '../../../../harness/kernel/definition/load-definition.ts'
import { addKernel, removeKernel } from '../../../../harness/kernel/definition/own-definitions.ts'

function withConfig(t: Test, directory: string): void {
  const before = { ...process.env }
  t.teardown(() => void (process.env = before))
  process.env = {
    ...before,
    XDG_CONFIG_HOME: path.join(directory, 'config'),
    XDG_CACHE_HOME: path.join(directory, 'cache'),
  }
}

const words = {
  source: 'git:./linux#v7.3',
  series: ['a-1@example.org', 'git+https://example.org/linux#a..b', 'v8', 'gmem-convert'],
  fragment: ['gmem', './more.config'],
  dialect: 'gmem-attributes',
  inSource: ['67c00a68'],
  threeWay: true,
} as const

void test('a definition that is added can be listed, loaded, and removed', async (t) => {
  const directory = t.testdir({ v8: {} })
  withConfig(t, directory)
  t.strictSame(await listOwnKernels(), [])
  const file = await addKernel('mine', words, directory, false)
  t.equal(file, path.join(directory, 'config/gmemtest/kernels/mine.yaml'))
  t.strictSame(await listOwnKernels(), ['mine'])
  const [loaded, composed] = [await loadKernelDefinition('mine'), await composeDefinition(undefined, words, directory)]
  t.strictSame({ ...loaded, name: '', file: '' }, { ...composed, name: '', file: '' })
  t.match(loaded, {
    source: { kind: 'git', location: path.join(directory, 'linux'), ref: 'v7.3' },
    series: [
      { messageId: 'a-1@example.org' },
      { range: 'a..b' },
      { path: path.join(directory, 'v8') },
      { path: /kernel-configs\/series\/gmem-convert$/ },
    ],
    threeWay: true,
  })
  await t.rejects(addKernel('mine', words, directory, false), { code: 'KERNEL_EXISTS', hint: /--force/ })
  await addKernel('mine', { source: './linux' }, directory, true)
  t.match(await loadKernelDefinition('mine'), {
    source: { kind: 'dir', path: path.join(directory, 'linux') },
    series: [],
  })
  await t.rejects(addKernel('stock-6.12', words, directory, true), { code: 'KERNEL_EXISTS', message: /the project/ })
  await t.rejects(removeKernel('mien'), { code: 'KERNEL_UNKNOWN', hint: /mine/ })
  await t.rejects(removeKernel('stock-6.12'), { code: 'KERNEL_OF_PROJECT' })
  await removeKernel('mine')
  t.strictSame(await listOwnKernels(), [])
})

void test('a name that leaves the directory, or that no kernel can have, is refused', async (t) => {
  const directory = t.testdir()
  withConfig(t, directory)
  for (const name of [
    '../evil',
    '../../../evil',
    '/tmp/evil',
    'a/b',
    'a b',
    '-x',
    '.x',
    '',
    'x.yaml',
    'x'.repeat(81),
  ]) {
    await t.rejects(addKernel(name, words, directory, true), { code: 'KERNEL_NAME', hint: /my-kernel/ }, name)
  }
  t.strictSame(readdirSync(directory), [])
  await t.rejects(addKernel('x', {}, directory, false), { code: 'SOURCE_MISSING', message: 'a kernel needs a source' })
})

void test('words go on top of a definition', async (t) => {
  const directory = t.testdir({ 'fix.patch': '' })
  const [base, more] = [
    await loadKernelDefinition('gmem-convert'),
    await composeDefinition('gmem-convert', { series: ['fix.patch'], fragment: ['debug'], inSource: ['1'] }, directory),
  ]
  t.match(more, { name: 'gmem-convert+fix', source: base.source, dialect: base.dialect, inSource: ['1'] })
  t.strictSame(more.series, [
    ...base.series,
    { kind: 'path', name: 'fix.patch', path: path.join(directory, 'fix.patch') },
  ])
  t.equal(more.fragments.at(-1)?.name, 'debug')
  await t.rejects(composeDefinition(undefined, { series: ['fix.patch'] }, directory), {
    code: 'SOURCE_MISSING',
    hint: /--source git:URL#REF/,
  })
})
