import { test } from 'tap'
import { errnoName } from '../../../harness/agent/errno.ts'

void test('error numbers have the names that the rules use', (t) => {
  const names: readonly [number, string][] = [
    [0, 'OK'],
    [4, 'EINTR'],
    [11, 'EAGAIN'],
    [12, 'ENOMEM'],
    [14, 'EFAULT'],
    [22, 'EINVAL'],
    [25, 'ENOTTY'],
    [95, 'EOPNOTSUPP'],
  ]
  for (const [number, name] of names) t.equal(errnoName(number), name)
  t.end()
})

void test('numbers that Node does not know have names too, or show themselves', (t) => {
  t.equal(errnoName(133), 'EHWPOISON')
  t.equal(errnoName(512), 'ERESTARTSYS')
  t.equal(errnoName(999), 'E999')
  t.end()
})
