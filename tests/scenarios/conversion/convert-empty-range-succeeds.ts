// 2.2: the conversion of an empty range succeeds at any offset, or is refused at any offset; it converts nothing in both directions.
import { page, pages, pageSize, scenario } from '../../../harness/api.ts'

const offsets = [0, pageSize, 8 * pageSize, 9 * pageSize, 1, pageSize - 1, 1n << 63n, -1, -1 * pageSize]

export default scenario({
  title: 'the conversion of an empty range ends as the dialect has it, at any offset, and does nothing',
  rules: ['2.2-zero-size'],
  async run({ memory, uapi, expectErrno }) {
    const file = await memory({ pages: 8, initially: 'shared' })
    await file.convert('private', pages(0, 4))
    await file.guest.fill(file.all, 0x3c)
    // A pinned page, which could not be converted, does not matter either.
    const pin = await file.pin(page(4), 'vmsplice')

    for (const offset of [...offsets, 4 * pageSize]) {
      for (const to of ['shared', 'private'] as const) {
        const reply = await file.attemptConversion(to, { offset, size: 0 })
        expectErrno(reply, uapi.expects.emptyRange, `converting nothing at offset ${offset} to ${to}`)
      }
    }
    await pin.release()
    await file.matchesModel()
  },
})
