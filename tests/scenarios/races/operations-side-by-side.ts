// S-A11, S-A30, S-A24: a chosen few of the pairs of tests/pairs: operations that change the same pages at the same time.
import { pairsScenario } from '../common/pairs.ts'

export default pairsScenario(
  'operations on the same pages at the same time leave the file intact',
  [
    ['convert', 'bind'],
    ['convert', 'reallocate'],
    ['punch', 'map'],
    ['guest-read', 'reallocate'],
  ],
  40,
)
