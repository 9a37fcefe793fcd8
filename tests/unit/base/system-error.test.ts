// A system call that this computer refuses is no bug of gmemtest, and has a next step.
import { readFileSync } from 'node:fs'
import { test } from 'tap'
import { InfraError } from '../../../harness/base/errors.ts'
import { systemError } from '../../../harness/base/system-error.ts'

function failed(code: string, syscall: string): Error {
  return Object.assign(new Error(`${code}: reason, ${syscall} '/x'`), { code, syscall, errno: -1 })
}

void test('each refusal of the system has a hint', (t) => {
  const codes =
    'EACCES EPERM EROFS ENOSPC EDQUOT EFBIG EMFILE ENFILE EAGAIN ENOMEM EIO ESTALE ELOOP ENAMETOOLONG ENOTCONN'
  for (const code of codes.split(' ')) {
    const error = systemError(failed(code, 'open'))
    t.ok(error instanceof InfraError, code)
    t.match(error, { message: new RegExp(code), hint: /\w/ })
  }
  t.match(systemError(failed('EMFILE', 'open')), { hint: /ulimit -n/ })
  t.match(systemError(failed('EFBIG', 'write')), { hint: /ulimit -f/ })
  t.match(systemError(failed('EAGAIN', 'spawn')), { hint: /ulimit -u/ })
  t.end()
})

void test('a working directory that is gone has its own message', (t) => {
  t.match(systemError(failed('ENOENT', 'uv_cwd')), { code: 'DIRECTORY_GONE', hint: /\(cd\)/ })
  t.end()
})

void test('an error that gmemtest must expect, and any other value, stays what it is', (t) => {
  for (const value of [
    failed('ENOENT', 'open'),
    new Error('EACCES'),
    Object.assign(new Error('x'), { code: 'EACCES' }),
    'EACCES',
    undefined,
  ]) {
    t.equal(systemError(value), undefined)
  }
  try {
    readFileSync('/')
  } catch (error) {
    t.equal(systemError(error), undefined)
  }
  t.end()
})
