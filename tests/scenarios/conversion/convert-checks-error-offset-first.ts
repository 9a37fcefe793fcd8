// 2.2: error_offset must be 0 on entry, for any range: a caller that tries again after EAGAIN has to clear the field.
import { pages, pageSize, scenario } from '../../../harness/api.ts'

const ranges = [
  { what: 'a good range', offset: 0, size: pageSize, otherwise: 'OK' },
  { what: 'an empty range', offset: 0, size: 0, otherwise: 'OK' },
  { what: 'an empty range behind the end', offset: 100 * pageSize, size: 0, otherwise: 'OK' },
  { what: 'a range behind the end', offset: 100 * pageSize, size: pageSize, otherwise: 'EINVAL' },
  { what: 'a misaligned range', offset: 1, size: pageSize, otherwise: 'EINVAL' },
] as const

export default scenario({
  title: 'a nonzero error_offset on entry is EINVAL, also for an empty range',
  rules: ['2.2-error-offset', '2.2-zero-size'],
  async run({ memory, expectErrno }) {
    const file = await memory({ pages: 8, initially: 'shared' })
    await file.convert('private', pages(0, 4))

    for (const { what, otherwise, ...range } of ranges) {
      for (const errorOffset of [1, pageSize, 1n << 63n]) {
        const reply = await file.attemptConversion('shared', { ...range, errorOffset })
        expectErrno(reply, 'EINVAL', `converting ${what} with error_offset ${errorOffset}`)
      }
      if (range.size === 0 || otherwise === 'EINVAL') {
        expectErrno(await file.attemptConversion('shared', range), otherwise, `converting ${what}`)
      }
    }
    await file.matchesModel()
  },
})
