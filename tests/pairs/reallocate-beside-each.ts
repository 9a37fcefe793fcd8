// S-A11, S-A30, S-A24: reallocate races against each operation of the table, itself included.
import { allPairs, pairsScenario } from '../scenarios/common/pairs.ts'

export default pairsScenario(
  'reallocate beside each other operation on the same pages leaves the file intact',
  allPairs.filter(([first]) => first === 'reallocate'),
  150,
)
