// 2.2: error_offset must be 0 on entry for any range, so that a caller who tries again after EAGAIN clears the field; or it is ignored.
import { pages, pageSize, scenario } from '../../../harness/api.ts'

const ranges = [
  { what: 'a good range', offset: 0, size: pageSize, isGood: true },
  { what: 'an empty range', offset: 0, size: 0, isGood: false },
  { what: 'an empty range behind the end', offset: 100 * pageSize, size: 0, isGood: false },
  { what: 'a range behind the end', offset: 100 * pageSize, size: pageSize, isGood: false },
  { what: 'a misaligned range', offset: 1, size: pageSize, isGood: false },
] as const

export default scenario({
  title: 'a nonzero error_offset on entry is EINVAL, also for an empty range, or is ignored as the dialect has it',
  rules: ['2.2-error-offset', '2.2-zero-size'],
  async run({ memory, uapi, expectErrno }) {
    const { nonzeroErrorOffset, emptyRange } = uapi.expects
    const file = await memory({ pages: 8, initially: 'shared' })
    await file.convert('private', pages(0, 4))

    for (const { what, isGood, ...range } of ranges) {
      const otherwise = isGood ? 'OK' : range.size === 0 ? emptyRange : 'EINVAL'
      for (const errorOffset of [1, pageSize, 1n << 63n]) {
        const wanted = nonzeroErrorOffset === 'OK' ? otherwise : nonzeroErrorOffset
        const reply = await file.attemptConversion('shared', { ...range, errorOffset })
        expectErrno(reply, wanted, `converting ${what} with error_offset ${errorOffset}`)
        if (wanted !== 'OK' || range.size === 0) continue
        file.model.convert('shared', pages(0, 1))
        await file.convert('private', pages(0, 1))
      }
      if (!isGood) expectErrno(await file.attemptConversion('shared', range), otherwise, `converting ${what}`)
    }
    await file.matchesModel()
  },
})
