import { test } from 'tap'
import { functionBegunBy, parseBlame } from '../../../../harness/kernel/gcov/parse-blame.ts'

const [one, two] = ['a'.repeat(40), 'b'.repeat(40)]

void test('each line has the message of its commit, which stands only before the first', async (t) => {
  const output = `${one} 1 1 1\nauthor x\nsummary base\nfilename a.c\n\tint f(void)\n${two} 2 2 1\nauthor x\nsummary 4\nfilename a.c\n\t{\n${one} 2 3\n\t\treturn 1;\n`
  t.same(parseBlame(output), [
    { line: 1, text: 'int f(void)', summary: 'base' },
    { line: 2, text: '{', summary: '4' },
    { line: 3, text: '\treturn 1;', summary: 'base' },
  ])
})

void test('a function begins at the margin', async (t) => {
  t.equal(functionBegunBy('static int kvm_gmem_convert(struct inode *inode, pgoff_t start,'), 'kvm_gmem_convert')
  t.equal(functionBegunBy('void __init kvm_gmem_init(void)'), 'kvm_gmem_init')
  t.equal(functionBegunBy('\treturn f(x);'), undefined)
  t.equal(functionBegunBy('static const struct file_operations x = {'), undefined)
  t.equal(functionBegunBy('int x = f(3);'), undefined)
})
