// Two builders of the same kernel, and one that is killed: provide.ts, lock.ts and build.ts together.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { test } from 'tap'
import { sha256OfFile } from '../../../../harness/cache/hash.ts'
import { provideKernel } from '../../../../harness/kernel/provide.ts'
import { miniDefinition, noticesOf, recordingContext } from '../fixtures/mini-tree.ts'

void test('of two builders of a kernel, one builds and the other waits and finds it', async (t) => {
  const directory = t.testdir()
  const cache = path.join(directory, 'cache')
  const definition = await miniDefinition(directory)
  const contexts = [recordingContext(cache), recordingContext(cache)]
  const builds = await Promise.all(contexts.map(async (context) => provideKernel(definition, context)))
  t.equal(builds[0]?.key, builds[1]?.key)
  t.equal(builds.filter((build) => build.cached).length, 1)
  const told = contexts.flatMap((context) => context.told)
  t.ok(told.some((progress) => progress.type === 'phase' && progress.phase === 'waiting'))
  t.match(noticesOf(told), ['the other gmemtest has built this kernel'])
})

void test('a killed builder leaves no lock, no process and no complete entry', async (t) => {
  const directory = t.testdir()
  const cache = path.join(directory, 'cache')
  const definition = await miniDefinition(directory)
  const first = await provideKernel(definition, recordingContext(cache))
  const [family = ''] = await readdir(path.join(cache, 'trees'))
  // A compiler that takes its time.
  const patch = path.join(directory, 'slow.patch')
  const slow = { ...definition, series: [{ kind: 'path' as const, name: 'slow', path: patch }] }
  await writeFile(patch, slowPatch)
  const program = path.join(directory, 'builder.ts')
  await writeFile(program, builderProgram(slow, cache))

  const builder = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(builder.stdout, 'data')
  t.ok(existsSync(path.join(cache, 'trees', family, 'building')))
  // By now the compiler runs, which must not outlive the builder.
  await delay(300)
  builder.kill('SIGKILL')
  await once(builder, 'exit')

  await writeFile(patch, slowPatch.replace('+60', '+0.01'))
  const context = recordingContext(cache)
  const started = performance.now()
  const { key, cached, provenance } = await provideKernel(slow, context)
  t.equal(cached, false)
  t.equal(provenance.objects, 2)
  t.ok(performance.now() - started < 20_000, 'the second builder does not wait for the killed one')
  t.notOk(existsSync(path.join(cache, 'trees', family, 'building')))
  t.strictSame((await readdir(path.join(cache, 'kernels'))).toSorted(), [first.key, key].toSorted())
})

void test('a build waits for the programs that a killed builder left', async (t) => {
  const directory = t.testdir()
  const cache = path.join(directory, 'cache')
  const definition = await miniDefinition(directory)
  const first = await provideKernel(definition, recordingContext(cache))
  await rm(first.directory, { recursive: true })
  const [family = ''] = await readdir(path.join(cache, 'trees'))
  const lock = path.join(cache, 'trees', family, 'tree.lock')
  const script = 'echo begun; sleep 1.5; echo late >"$0"'
  const written = path.join(cache, 'trees', family, 'tree/gmemtest-objects/late')
  const compiler = spawn('flock', ['--no-fork', lock, 'sh', '-c', script, written], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(compiler.stdout, 'data')
  const ended = once(compiler, 'exit')
  const ends: string[] = []
  const build = provideKernel(definition, {
    ...recordingContext(cache),
    progress: (progress) => {
      if (progress.type === 'phase' && progress.phase === 'series') ends.push(`series, late: ${existsSync(written)}`)
    },
  })
  await Promise.all([build, ended])
  t.strictSame(ends[0], 'series, late: true')
})

void test('objects that a killed builder may have half written are made again', async (t) => {
  const directory = t.testdir()
  const cache = path.join(directory, 'cache')
  const definition = await miniDefinition(directory)
  const first = await provideKernel(definition, recordingContext(cache))
  const [family = ''] = await readdir(path.join(cache, 'trees'))
  const home = path.join(cache, 'trees', family)
  await writeFile(path.join(home, 'building'), '1\n')
  await writeFile(path.join(home, 'tree/gmemtest-objects/virt/other.o'), 'half an obj')
  const hash = await sha256OfFile(first.vmlinux)
  await rm(first.directory, { recursive: true })
  const again = await provideKernel(definition, recordingContext(cache))
  t.equal(await sha256OfFile(again.vmlinux), hash)
  t.equal(again.provenance.objects, 2)
})

const slowPatch = ['--- /dev/null', '+++ b/slow', '@@ -0,0 +1 @@', '+60', ''].join('\n')

function builderProgram(definition: unknown, cache: string): string {
  const provide = path.resolve(import.meta.dirname, '../../../../harness/kernel/provide.ts')
  return `
    import { provideKernel } from ${JSON.stringify(provide)}
    await provideKernel(${JSON.stringify(definition)}, {
      cache: ${JSON.stringify(cache)},
      signal: new AbortController().signal,
      progress: (progress) => { if (progress.type === 'objects') console.log('compiling') },
    })`
}
