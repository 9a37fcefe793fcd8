// The harness finds programs as a shell does, and a changed file has another identity.
import { chmod, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'tap'
import { fileIdentity, findExecutable, isStaticProgram } from '../../../harness/process/executable.ts'

void test('the first executable file of that name on the path', async (t) => {
  const directory = t.testdir({})
  const program = path.join(directory, 'program')
  t.equal(findExecutable('program', directory), undefined)
  await writeFile(program, '#!/bin/sh\n')
  t.equal(findExecutable('program', directory), undefined, 'not executable yet')
  await chmod(program, 0o755)
  t.equal(findExecutable('program', `relative:/nonexistent:${directory}`), program)
  t.match(findExecutable('sh'), /\/sh$/)
})

void test('the identity changes with the content', async (t) => {
  const directory = t.testdir({})
  const file = path.join(directory, 'file')
  await writeFile(file, 'one')
  const before = fileIdentity(file)
  t.equal(fileIdentity(file), before)
  await writeFile(file, 'two and more')
  t.not(fileIdentity(file), before)
  t.throws(() => fileIdentity(path.join(directory, 'missing')), { code: 'ENOENT' })
})

void test('a static program differs from a dynamic one, and from a script', async (t) => {
  t.ok(isStaticProgram('/bin/busybox'))
  t.notOk(isStaticProgram('/bin/ls'))
  const script = path.join(t.testdir({}), 'script')
  await writeFile(script, '#!/bin/sh\n')
  t.notOk(isStaticProgram(script))
})
