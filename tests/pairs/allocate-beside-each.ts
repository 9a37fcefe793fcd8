// S-A11, S-A30, S-A24: allocate races against each operation of the table, itself included.
import { pairsOf, pairsScenario } from '../scenarios/common/pairs.ts'

export default pairsScenario(
  'allocate beside each operation on the same pages leaves the file intact',
  pairsOf('allocate'),
  150,
)
