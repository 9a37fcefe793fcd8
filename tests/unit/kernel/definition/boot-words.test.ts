import { test } from 'tap'
import { bootWords } from '../../../../harness/kernel/definition/boot-words.ts'

void test('the words of the user come last, and those of the dialect first', (t) => {
  const parameters = ['kvm.gmem_in_place_conversion=0']
  t.strictSame(bootWords({ dialect: 'vm-attributes', parameters: [] }), [])
  t.strictSame(bootWords({ dialect: 'gmem-attributes', parameters }, ['quiet']), [
    'kvm.vm_memory_attributes=0',
    'kvm.gmem_in_place_conversion=1',
    ...parameters,
    'quiet',
  ])
  t.end()
})
