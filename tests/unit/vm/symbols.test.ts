// Addresses in the kernel and their names.
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'tap'
import { namesBeside, namesIn } from '../../../harness/vm/symbols.ts'

const map = `0000000000001000 D cpu_debug_store
ffffffff81000000 T _stext
ffffffff81000000 T _text
ffffffff81000100 t do_idle
ffffffff81000080 W weak_one
ffffffff810000f0 D not_code
ffffffff81000200 T _etext
ffffffff81000300 T init_code
`

void test('a name has the function, the offset and the size', (t) => {
  const nameOf = namesIn(map)
  t.equal(nameOf(0xffffffff81000100n), 'do_idle+0x0/0x100')
  t.equal(nameOf(0xffffffff810001ffn), 'do_idle+0xff/0x100')
  t.equal(nameOf(0xffffffff81000010n), '_stext+0x10/0x80', 'the first of two names')
  t.equal(nameOf(0xffffffff81000100n, 'return'), 'weak_one+0x80/0x80', 'a call that never returns')
  t.equal(nameOf(0xffffffff810000ffn), 'weak_one+0x7f/0x80', 'data is no function')
  t.end()
})

void test('addresses outside of the text of the kernel have no name', (t) => {
  const nameOf = namesIn(map)
  for (const address of [0n, 0x1000n, 0xffffffff80ffffffn, 0xffffffff81000200n, 0xffffffff81000310n]) {
    t.equal(nameOf(address), undefined)
  }
  t.equal(namesIn('')(0xffffffff81000100n), undefined)
  t.end()
})

void test('System.map lies beside vmlinux; without it no address has a name', async (t) => {
  const directory = t.testdir({})
  await mkdir(path.join(directory, 'without'))
  await writeFile(path.join(directory, 'System.map'), map)
  t.equal((await namesBeside(path.join(directory, 'vmlinux')))(0xffffffff81000104n), 'do_idle+0x4/0x100')
  t.equal((await namesBeside(path.join(directory, 'without/vmlinux')))(0xffffffff81000104n), undefined)
})
