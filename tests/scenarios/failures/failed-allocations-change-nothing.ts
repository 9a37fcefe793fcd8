// S-A13, S-A26: a conversion that runs out of memory at any point leaves states, contents, layout and counters as they were.
import { scenario } from '../../../harness/api.ts'
import { convertWithoutMemory } from '../common/conversions-without-memory.ts'

export default scenario({
  title: 'a conversion that fails for lack of memory at any point changes nothing',
  rules: ['S-A13', 'S-A26', 'S-A24'],
  bugs: ['A-1', 'A-2', 'A-3', 'A-4', 'O-1', 'O-3', 'O-4', 'O-10'],
  needs: ['in-place-conversion', 'hugetlb', 'binary-stats', 'pagemap', 'fault-injection'],
  pools: { '2M': 3 },
  timeout: 30,
  async run(context) {
    await convertWithoutMemory(context)
  },
})
