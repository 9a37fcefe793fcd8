// Sources become a static program once; errors are the compiler's own, shortened.
import { stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'tap'
import { compileProgram } from '../../../harness/image/static-compiler.ts'
import { isStaticProgram } from '../../../harness/process/executable.ts'

const signal = new AbortController().signal

void test('a program is static, and compiled again only when a source or a header changes', async (t) => {
  const directory = t.testdir({
    sources: {
      'main.c': '#include "answer.h"\nint main(void) { return ANSWER; }\n',
      'answer.h': '#define ANSWER 1\n',
    },
  })
  const sources = path.join(directory, 'sources')
  const options = { root: path.join(directory, 'cache'), sources, program: 'answer', signal }
  const program = await compileProgram(options)
  t.ok(isStaticProgram(program))
  const { mtimeMs } = await stat(program)
  t.equal(await compileProgram(options), program)
  t.equal((await stat(program)).mtimeMs, mtimeMs)
  await writeFile(path.join(sources, 'answer.h'), '#define ANSWER 2\n')
  t.not(await compileProgram(options), program)
})

void test('a warning is an error, and is quoted', async (t) => {
  const directory = t.testdir({ 'main.c': 'int main(void) { int unused; return 0; }\n' })
  const options = { root: path.join(directory, 'cache'), sources: directory, program: 'broken', signal }
  await t.rejects(compileProgram(options), {
    name: 'BuildError',
    code: 'COMPILE_FAILED',
    message: /main\.c:1:\d+: error: unused variable .unused./,
  })
})

void test('no variable of a shell reaches the compiler', async (t) => {
  const directory = t.testdir({
    bad: { 'stdio.h': '#error "the header of a shell"\n', 'libc.a': 'no archive' },
    sources: { 'main.c': '#include <stdio.h>\nint main(void) { return puts("x") < 0; }\n' },
  })
  const bad = path.join(directory, 'bad')
  const before = { ...process.env }
  t.teardown(() => (process.env = before))
  const dependencies = path.join(directory, 'dependencies')
  Object.assign(process.env, {
    CPATH: bad,
    C_INCLUDE_PATH: bad,
    LIBRARY_PATH: bad,
    COMPILER_PATH: bad,
    GCC_EXEC_PREFIX: `${bad}/`,
    DEPENDENCIES_OUTPUT: dependencies,
    SUNPRO_DEPENDENCIES: dependencies,
    CFLAGS: '-DBAD',
    LC_ALL: 'de_DE.UTF-8',
  })
  const sources = path.join(directory, 'sources')
  const program = await compileProgram({ root: path.join(directory, 'cache'), sources, program: 'answer', signal })
  t.ok(isStaticProgram(program))
  await t.rejects(stat(dependencies), { code: 'ENOENT' })
})
