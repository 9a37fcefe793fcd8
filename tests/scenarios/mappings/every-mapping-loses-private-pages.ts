// S-A9, S-A14: the state belongs to the file: a page that becomes private is unmapped from every mapping, in this process and in others.
import { pages, scenario } from '../../../harness/api.ts'

export default scenario({
  title: 'two mappings and two processes see one state and one content',
  rules: ['S-A14', 'S-A9', 'S-A21', 'S-A16', 'S-B4'],
  bugs: ['O-20'],
  async run({ memory }) {
    const file = await memory({ pages: 8, initially: 'shared' })
    const views = [file.host, await file.mapAgain(), await file.fork()]

    for (const [index, view] of views.entries()) {
      await view.fill(pages(index, 6), 0x80 + index)
      await file.matchesModel()
    }

    await file.convert('private', pages(2, 4))
    for (const view of views) await view.expectSigbus(pages(2, 4))
    await file.convert('shared', pages(3, 2))
    for (const view of views) {
      await view.expect(pages(3, 2), 0x82)
      await view.expectSigbus(pages(5, 1))
    }
    await file.matchesModel()
  },
})
