// S-A26, S-A27: a split has to allocate the struct pages that were optimised away: if that fails, the huge page stays whole and optimised.
import { scenario } from '../../../harness/api.ts'
import { convertWithoutMemory } from '../common/conversions-without-memory.ts'

export default scenario({
  title: 'a split that gets no memory for its struct pages changes nothing',
  rules: ['S-A26', 'S-A27', 'S-A13'],
  bugs: ['A-1', 'A-2', 'A-5', 'O-5', 'O-10'],
  needs: ['in-place-conversion', 'hugetlb', 'binary-stats', 'pagemap', 'fault-injection'],
  boot: ['hvo'],
  pools: { '2M': 3 },
  timeout: 30,
  async run(context) {
    await convertWithoutMemory(context)
  },
})
