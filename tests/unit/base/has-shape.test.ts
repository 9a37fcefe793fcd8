import { test } from 'tap'
import { fieldsOf, hasShape } from '../../../harness/base/has-shape.ts'

void test('each field must have its kind; more fields do no harm', (t) => {
  const shape = { name: 'string', count: 'number', facts: 'object', lines: 'array' } as const
  const good = { name: 'a', count: 1, facts: {}, lines: [] }
  t.ok(hasShape(good, shape))
  t.ok(hasShape({ ...good, more: 1 }, shape))
  for (const wrong of [
    undefined,
    null,
    'text',
    {},
    { ...good, name: 1 },
    { ...good, count: '1' },
    { ...good, facts: null },
    { ...good, lines: {} },
  ]) {
    t.notOk(hasShape(wrong, shape), JSON.stringify(wrong))
  }
  t.end()
})

void test('the fields of an object count only if all of them have the shape', (t) => {
  const shape = { size: 'number' } as const
  t.same(fieldsOf({ a: { size: 1 }, b: { size: 2 } }, shape), [
    ['a', { size: 1 }],
    ['b', { size: 2 }],
  ])
  for (const other of [undefined, null, 'text', {}, { a: { size: 1 }, b: { size: '2' } }]) {
    t.same(fieldsOf(other, shape), [], JSON.stringify(other))
  }
  t.end()
})
