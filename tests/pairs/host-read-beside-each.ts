// S-A11, S-A30, S-A24: host-read races against each operation of the table, itself included.
import { pairsOf, pairsScenario } from '../scenarios/common/pairs.ts'

export default pairsScenario(
  'host-read beside each operation on the same pages leaves the file intact',
  pairsOf('host-read'),
  150,
)
