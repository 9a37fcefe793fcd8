// The pages that the guest maps: touched, lost, and in doubt.
import { test } from 'tap'
import { GuestPages } from '../../../../../harness/campaigns/fuzz/program/guest-pages.ts'
import { page, pages } from '../../../../../harness/model/ranges.ts'

void test('pages are counted until the guest loses them', (t) => {
  const guest = new GuestPages()
  guest.touch(pages(2, 4))
  guest.touch(pages(4, 4))
  t.equal(guest.countIn(pages(0, 24)), 6)
  guest.lose(pages(3, 2))
  t.equal(guest.countIn(pages(0, 24)), 4)
  t.equal(guest.countIn(pages(3, 2)), 0)
  t.end()
})

void test('pages in doubt make the count of their range unknown, until they are touched or lost', (t) => {
  const guest = new GuestPages()
  guest.touch(pages(0, 4))
  guest.doubt(pages(2, 10))
  t.equal(guest.countIn(pages(0, 2)), 2)
  t.equal(guest.countIn(pages(0, 3)), undefined)
  t.equal(guest.countIn(pages(4, 8)), 0)
  guest.touch(page(2))
  guest.lose(page(3))
  t.equal(guest.countIn(pages(0, 24)), 3)
  t.end()
})

void test('without its host address, the count of a memslot is unknown for good', (t) => {
  const guest = new GuestPages()
  guest.touch(pages(0, 4))
  guest.loseTrack()
  guest.touch(pages(0, 4))
  t.equal(guest.countIn(page(0)), undefined)
  t.end()
})

void test('pages that the guest may have reached make the count unknown, mapped before or not', (t) => {
  const guest = new GuestPages()
  guest.touch(page(0))
  guest.mayTouch(pages(0, 2))
  t.equal(guest.countIn(page(0)), undefined)
  t.equal(guest.countIn(page(1)), undefined)
  guest.lose(pages(0, 2))
  t.equal(guest.countIn(pages(0, 4)), 0)
  t.end()
})
