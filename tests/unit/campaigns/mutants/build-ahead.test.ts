// Kernels of mutants are built one at a time, the next one ahead of time.
import { test } from 'tap'
import { MutantKernels, type Build } from '../../../../harness/campaigns/mutants/build-ahead.ts'
import { BuildError } from '../../../../harness/base/errors.ts'

/** A build that goes on until it is told to end. */
function builds(): {
  readonly build: Build<string, string>
  readonly begun: string[]
  readonly end: (mutant: string, error?: Error) => void
} {
  const waiting = new Map<string, PromiseWithResolvers<never>>()
  const begun: string[] = []
  return {
    begun,
    build: (mutant, { signal, isAhead }) => {
      begun.push(isAhead ? `${mutant} ahead` : mutant)
      const one = Promise.withResolvers<never>()
      waiting.set(mutant, one)
      signal.addEventListener('abort', () => one.reject(signal.reason))
      return one.promise
    },
    end: (mutant, error = new BuildError('DONE', mutant)) => waiting.get(mutant)?.reject(error),
  }
}

const { signal } = new AbortController()

void test('the next one is begun when one is done, and only then', async (t) => {
  const begun: string[] = []
  const build: Build<string, string> = async (mutant, { isAhead }) => {
    begun.push(isAhead ? `${mutant} ahead` : mutant)
    return `kernel of ${mutant}`
  }
  await using kernels = new MutantKernels(['a', 'b', 'c'], build, signal)
  t.equal(await kernels.of('a'), 'kernel of a')
  t.strictSame(begun, ['a', 'b ahead'])
  t.equal(await kernels.of('b'), 'kernel of b')
  t.equal(await kernels.of('c'), 'kernel of c')
  t.strictSame(begun, ['a', 'b ahead', 'c ahead'], 'each is built once')
})

void test('a failed build is an error of the call that asks for the kernel', async (t) => {
  const { build, begun, end } = builds()
  await using kernels = new MutantKernels(['a', 'b'], build, signal)
  const first = kernels.of('a')
  end('a')
  await t.rejects(first, { code: 'DONE', message: 'a' })
  t.strictSame(begun, ['a'], 'nothing is built ahead of it')
  const second = kernels.of('b')
  end('b')
  await t.rejects(second, { message: 'b' })
})

void test('a build that no trial has asked for is cancelled in the end', async (t) => {
  const ended = Promise.withResolvers<unknown>()
  const build: Build<string, string> = async (mutant, options) => {
    if (mutant === 'a') return `kernel of ${mutant}`
    return new Promise((_resolve, reject) => {
      options.signal.addEventListener('abort', () => {
        ended.resolve(options.signal.reason)
        reject(options.signal.reason)
      })
    })
  }
  {
    await using kernels = new MutantKernels(['a', 'b'], build, signal)
    await kernels.of('a')
  }
  t.match(await ended.promise, { message: /not needed any more/ })
})
