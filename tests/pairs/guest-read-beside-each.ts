// S-A11, S-A30, S-A24: guest-read races against each operation of the table, itself included.
import { allPairs, pairsScenario } from '../scenarios/common/pairs.ts'

export default pairsScenario(
  'guest-read beside each other operation on the same pages leaves the file intact',
  allPairs.filter(([first]) => first === 'guest-read'),
  150,
)
