// The files of a folder: the order of their names, or that of the mails in them.
import { test } from 'tap'
import { added, BoxRepository, readBox, reply } from '../fixtures/boxes.ts'

const [wanted, newer] = ['ten twenty thirty', 'TEN TWENTY THIRTY']

void test('folders', async (t) => {
  const repository = new BoxRepository(t.testdir())
  const [cover = '', one = '', two = '', three = ''] = repository.mails()
  const [cover2 = '', first2 = '', second2 = '', third2 = ''] = repository.mails({ version: 2, branch: 'better' })
  const numbered = { '0000-c.patch': cover, '0001-x.patch': three, '0002-y.patch': one, '0003-z.patch': two }
  t.equal(added(await readBox(numbered, undefined, 'listed')), 'thirty ten twenty', 'the numbers of the files count')
  const exported = { 'a.eml': three, 'b.eml': cover, 'c.eml': two, 'd.eml': one, 'e.eml': reply(one) }
  t.equal(added(await readBox(exported)), wanted, 'the numbers of the mails count')
  const both = {
    '1.patch': one,
    '2.patch': two,
    '3.patch': three,
    'v2-1.patch': first2,
    'v2-2.patch': second2,
    'v2-3.patch': third2,
    'v2-c.patch': cover2,
  }
  t.equal(added(await readBox(both)), newer, 'the newest version')
  const picked = { 'a.patch': three, 'b.patch': one }
  const part = await readBox(picked)
  t.equal(added(part), 'thirty ten', 'patches that were picked')
  t.match(part.notices, [/lacks 2\/3/])
  t.equal(
    added(await readBox({ 'cur/1:2,S': three, 'cur/2': cover, 'new/3': one, 'new/4': two }, undefined, 'box')),
    wanted,
  )
  await t.rejects(readBox({ 'cur/1': three, 'cur/2': one }, undefined, 'box'), { code: 'SERIES_INCOMPLETE' })
  await t.rejects(readBox({ 'a.eml': three, 'b.eml': one }), { code: 'SERIES_INCOMPLETE' })
})
