// The reference model computes the expected views without any kernel.
import { test } from 'tap'
import { Model, runsOf } from '../../../harness/model/reference-model.ts'
import { page, pages } from '../../../harness/model/ranges.ts'

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

void test('not in place, private memory is another memory, and the host never gets a SIGBUS', (t) => {
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

void test('a hole removes the contents and keeps the state', (t) => {
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

void test('an empty range has no runs', (t) => {
  t.strictSame(
    runsOf(3, 3, () => 1),
    [],
  )
  t.end()
})

void test('a huge page is split while any page of it is shared', (t) => {
  const model = new Model({ pages: 1024, initially: 'private', inPlace: true, pagesPerUnit: 512 })
  const layouts = (): string[] => model.units().map((unit) => unit.layout)
  t.same(layouts(), ['whole', 'whole'])
  model.convert('shared', page(511))
  t.same(layouts(), ['split', 'whole'])
  model.convert('shared', pages(511, 2))
  t.same(layouts(), ['split', 'split'])
  model.convert('private', pages(0, 512))
  t.same(layouts(), ['whole', 'split'])
  t.same(
    model.units(page(512)).map((unit) => unit.range),
    [pages(512, 512)],
  )
  t.same(model.units(pages(512, 0)), [])
  t.end()
})

void test('huge pages are allocated as a whole, and freed by holes that contain them', (t) => {
  const model = new Model({ pages: 2048, initially: 'private', inPlace: true, pagesPerUnit: 512 })
  model.fill(pages(511, 2), 7)
  t.equal(model.allocatedPages, 1024)
  model.free(pages(1, 1023))
  t.equal(model.allocatedPages, 512, 'the first huge page lacks a page in the hole')
  t.strictSame(model.guestView(pages(510, 4)), [{ first: 510, count: 4, value: 0 }])
  model.allocate(pages(1030, 0))
  t.equal(model.allocatedPages, 512)
  model.allocate(pages(1535, 2))
  t.equal(model.allocatedPages, 1536)
  model.free(pages(0, 2048))
  t.equal(model.allocatedPages, 0)
  t.end()
})

void test('a look of the host allocates the shared pages', (t) => {
  const model = new Model({ pages: 1024, initially: 'private', inPlace: true, pagesPerUnit: 512 })
  model.hostLooked(pages(0, 1024))
  t.equal(model.allocatedPages, 0)
  model.convert('shared', page(600))
  model.hostLooked(pages(0, 1024))
  t.same(
    model.units().map((unit) => unit.allocated),
    [false, true],
  )
  t.end()
})

void test('a file of huge pages has whole huge pages', (t) => {
  t.throws(() => new Model({ pages: 513, initially: 'shared', inPlace: true, pagesPerUnit: 512 }), RangeError)
  t.end()
})

void test('a file of several gigabytes is cheap', (t) => {
  const model = new Model({ pages: 2 * 262_144, initially: 'private', inPlace: true, pagesPerUnit: 262_144 })
  const started = performance.now()
  for (let round = 0; round < 10; round += 1) {
    model.convert('shared', pages(round, 1))
    model.fill(pages(0, model.pages), round)
    t.equal(model.units()[0]?.layout, 'split')
    t.ok(model.hostView().length > 1)
    model.convert('private', pages(0, model.pages))
    t.equal(model.stateRuns().length, 1)
  }
  // It takes 0.2 s; what grows with the square of the pages would take minutes.
  t.ok(performance.now() - started < 30_000)
  t.end()
})

void test('a conversion that changes nothing is a mistake of the scenario', (t) => {
  const model = new Model({ pages: 8, initially: 'shared', inPlace: true })
  for (const index of [0, 2, 4, 6]) model.convert('private', page(index))
  model.requireChange('private', [pages(0, 8)])
  model.requireChange('private', [page(0), page(2), page(5)])
  t.throws(() => model.requireChange('private', [page(0), page(2), page(4)]), {
    message:
      'by the model, converting page 0 and 2 more to private changes nothing: write ensure() where that is meant',
  })
  t.throws(() => model.requireChange('private', [page(6)]), /converting page 6 to private changes nothing/)
  model.race(page(6))
  model.requireChange('private', [page(4), page(6)])
  t.end()
})
