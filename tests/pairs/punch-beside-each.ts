// S-A11, S-A30, S-A24: punch races against each operation of the table, itself included.
import { pairsOf, pairsScenario } from '../scenarios/common/pairs.ts'

export default pairsScenario(
  'punch beside each operation on the same pages leaves the file intact',
  pairsOf('punch'),
  150,
)
