// The reference model says what must be seen, without any kernel.
import { test } from 'tap'
import { Model, runsOf } from '../../../harness/scenario/model.ts'
import { page, pages } from '../../../harness/scenario/pages.ts'

void test('in place, both states are one memory', (t) => {
  const model = new Model({ pages: 8, initially: 'shared', inPlace: true })
  model.fill(pages(2, 3), 0xaa)
  model.convert('private', pages(2, 2))
  t.strictSame(model.hostView(), [
    { first: 0, count: 2, value: 0 },
    { first: 2, count: 2, value: 'sigbus' },
    { first: 4, count: 1, value: 0xaa },
    { first: 5, count: 3, value: 0 },
  ])
  t.strictSame(model.guestView(), [
    { first: 0, count: 2, value: 0 },
    { first: 2, count: 3, value: 0xaa },
    { first: 5, count: 3, value: 0 },
  ])
  t.end()
})

void test('elsewhere, private memory is another memory, and the host never gets a SIGBUS', (t) => {
  const model = new Model({ pages: 2, initially: 'shared', inPlace: false })
  model.fill(page(0), 1)
  model.convert('private', page(0))
  t.equal(model.guestSees(0), 0)
  t.equal(model.hostSees(0), 1)
  model.fill(page(0), 2)
  model.fillAsShared(page(0), 3)
  t.equal(model.guestSees(0), 2)
  model.convert('shared', page(0))
  t.equal(model.guestSees(0), 3)
  t.end()
})

void test('a hole takes the contents and leaves the state', (t) => {
  const model = new Model({ pages: 4, initially: 'private', inPlace: true })
  model.fill(pages(0, 4), 7)
  model.convert('shared', page(1))
  model.free(pages(1, 2))
  t.strictSame(model.guestView(), [
    { first: 0, count: 1, value: 7 },
    { first: 1, count: 2, value: 0 },
    { first: 3, count: 1, value: 7 },
  ])
  t.equal(model.stateAt(1), 'shared')
  t.equal(model.stateAt(2), 'private')
  t.end()
})

void test('the number of runs follows every conversion', (t) => {
  const model = new Model({ pages: 6, initially: 'shared', inPlace: true })
  t.equal(model.stateRuns().length, 1)
  model.convert('private', page(0))
  t.equal(model.stateRuns().length, 2)
  model.convert('private', page(3))
  t.equal(model.stateRuns().length, 4)
  model.convert('private', pages(1, 2))
  t.equal(model.stateRuns().length, 2)
  model.convert('private', pages(0, 6))
  t.equal(model.stateRuns().length, 1)
  t.end()
})

void test('pages outside the file are a mistake of the scenario', (t) => {
  const model = new Model({ pages: 4, initially: 'shared', inPlace: true })
  t.throws(() => model.convert('private', pages(3, 2)), RangeError)
  t.throws(() => model.fill(page(4), 1), RangeError)
  t.throws(() => model.stateAt(4), RangeError)
  t.end()
})

void test('runs of nothing are none', (t) => {
  t.strictSame(runsOf([]), [])
  t.end()
})
