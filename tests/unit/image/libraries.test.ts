// The libraries of a program.
import { test } from 'tap'
import { parseLdd, sharedLibraries } from '../../../harness/image/libraries.ts'

void test('the paths in the output of ldd', (t) => {
  const output = [
    '\tlinux-vdso.so.1 (0x00007ffd1d9f2000)',
    '\tlibz.so.1 => /lib/x86_64-linux-gnu/libz.so.1 (0x00007f3f5a9c4000)',
    '\tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f3f5a7e3000)',
    '\t/lib64/ld-linux-x86-64.so.2 (0x00007f3f5aa1f000)',
  ].join('\n')
  t.same(parseLdd(output), [
    '/lib/x86_64-linux-gnu/libz.so.1',
    '/lib/x86_64-linux-gnu/libc.so.6',
    '/lib64/ld-linux-x86-64.so.2',
  ])
  t.end()
})

void test('the libraries of a real program, the loader among them; the second time without asking', async (t) => {
  const root = t.testdir({})
  const options = { root, signal: new AbortController().signal }
  const libraries = await sharedLibraries('/bin/ls', options)
  t.ok(libraries.some((library) => library.includes('/libc.so.')))
  t.ok(libraries.some((library) => library.includes('/ld-linux')))
  t.same(await sharedLibraries('/bin/ls', options), libraries)
})

void test('a program whose libraries are unknown cannot be packed', async (t) => {
  const options = { root: t.testdir({}), signal: new AbortController().signal }
  await t.rejects(sharedLibraries('/bin/busybox', options), { code: 'LIBRARIES_UNKNOWN' })
})
