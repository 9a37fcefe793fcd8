// The processor time of a kernel build: from nothing, and after one changed line in guest_memfd.c.
import { copyFile, cp, glob, mkdir, mkdtempDisposable, readFile, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { run } from '../harness/process/run-program.ts'
import { defaultKernel } from '../harness/kernel/definition/load-definition.ts'
import { inProject } from '../harness/base/paths.ts'
import { observeSuccess } from './command.ts'
import type { Measurement } from './figure.ts'

const file = 'virt/kvm/guest_memfd.c'
// Code instead of a comment: the object must really change.
const changedLine = 'static const int gmemtest_bench_marker __used = 1;\n'

/** Reads the file in the work tree of the build: of all copies in the cache, the one that was patched last. */
async function patchedFile(cache: string): Promise<string> {
  let newest: { readonly name: string; readonly time: number } | undefined
  for await (const name of glob(`**/${file}`, { cwd: cache })) {
    const { mtimeMs } = await stat(path.join(cache, name))
    if (newest === undefined || mtimeMs > newest.time) newest = { name, time: mtimeMs }
  }
  if (newest === undefined) throw new Error(`there is no ${file} below ${cache}`)
  return path.join(cache, newest.name)
}

/** Copies the default definition into `directory`, with one more patch that adds one line. */
async function definitionWithChange(directory: string, cache: string): Promise<string> {
  for (const side of ['a', 'b']) await mkdir(path.join(directory, side, path.dirname(file)), { recursive: true })
  const original = await patchedFile(cache)
  await copyFile(original, path.join(directory, 'a', file))
  await writeFile(path.join(directory, 'b', file), (await readFile(original, 'utf8')) + changedLine)
  const names = [`a/${file}`, `b/${file}`]
  const difference = await run('git', ['diff', '--no-index', '--no-prefix', ...names], {
    cwd: directory,
    signal: new AbortController().signal,
    timeout: 10_000,
  })
  const series = path.join(directory, 'series')
  await cp(inProject('kernel-configs/series', defaultKernel), series, { recursive: true })
  const patch = `Subject: [PATCH] KVM: guest_memfd: change one line\n\n${difference.stdout}\n`
  await writeFile(path.join(series, '9999-change-one-line.patch'), patch)
  const definition = await readFile(inProject(`kernel-configs/kernels/${defaultKernel}.yaml`), 'utf8')
  const changed = path.join(directory, 'changed.yaml')
  await writeFile(changed, definition.replace(`  - ${defaultKernel}\n`, `  - ${series}\n`))
  return changed
}

/** Builds a kernel and gives the cost; the output ends with the key and the directory of the build. */
async function build(args: readonly string[], environment: Readonly<Record<string, string>>): Promise<number> {
  const { stdout } = await observeSuccess(['build', ...args], environment)
  const directory = stdout.trimEnd().replace(/^\S+ /, '')
  const provenance: unknown = JSON.parse(await readFile(path.join(directory, 'provenance.json'), 'utf8'))
  if (typeof provenance === 'object' && provenance !== null && 'cpuSeconds' in provenance) {
    return Number(provenance.cpuSeconds)
  }
  throw new Error(`${directory}/provenance.json does not say what the build cost`)
}

export const kernelBuild: Measurement = {
  name: 'kernel-build',
  summary: 'processor time of the default kernel from nothing, and after one changed line (takes minutes)',
  async measure(say) {
    await using scratch = await mkdtempDisposable(path.join(tmpdir(), 'gmemtest-bench-'))
    const environment = { XDG_CACHE_HOME: path.join(scratch.path, 'cache'), CCACHE_DISABLE: '1' }
    say('the default kernel from nothing')
    const full = await build([], environment)

    say('the same with one changed line')
    const changed = await definitionWithChange(scratch.path, environment.XDG_CACHE_HOME)
    const incremental = await build([changed], environment)
    return [
      { what: 'kernel build from nothing, user + system', value: full, unit: 'CPU-s', limit: 900 },
      { what: 'after one changed line in guest_memfd.c', value: incremental, unit: 'CPU-s', limit: 60 },
    ]
  },
}
