// A value that the record of a dialect has for a rule is told by the scope of the rule there.
import { test } from 'tap'
import { scopeOf } from '../../../harness/catalogue/rule-scopes.ts'
import type { RuleId } from '../../../harness/catalogue/rules.ts'
import { dialectSpecs, ruleDialects } from '../../../harness/uapi/dialect.ts'
import type { Expectations } from '../../../harness/uapi/expectations.ts'

/** The rules are written for this dialect. */
const first = 'convert-ioctl'

const rulesOf: Readonly<Record<keyof Expectations, RuleId>> = {
  nonzeroErrorOffset: '2.2-error-offset',
  emptyRange: '2.2-zero-size',
  reservedWords: '2.2-reserved',
  unmappableFile: 'O-8',
  foreignHostAddress: 'S-A5',
  overlappingSlot: 'S-A5',
  plainVmConverts: 'S-A2',
  plainVmUnmappableFile: 'S-A5',
  plainVmReachesPrivatePages: 'S-A18',
  countsSmallPages: 'S-A34',
  keepsMappingsInMixedRange: 'S-A7',
  failedPageToPrivate: 'K-failures',
  memoryFailure: 'S-A41',
  mappingsGrow: 'K-mremap',
  offsetWithoutMemory: 'S-A13',
}

function isExpectation(name: string): name is keyof Expectations {
  return Object.hasOwn(rulesOf, name)
}

void test('each expectation belongs to a rule', (t) => {
  t.strictSame(Object.keys(dialectSpecs[first].expects).toSorted(), Object.keys(rulesOf).toSorted())
  t.end()
})

for (const dialect of ruleDialects.filter((each) => each !== first)) {
  void test(`a rule does not hold as it is written where ${dialect} has another value`, (t) => {
    for (const name of Object.keys(rulesOf).filter((each) => isExpectation(each))) {
      const [written, own] = [dialectSpecs[first].expects[name], dialectSpecs[dialect].expects[name]]
      const { kind } = scopeOf(rulesOf[name], dialect)
      if (JSON.stringify(own) !== JSON.stringify(written)) t.not(kind, 'holds', `${name}: ${rulesOf[name]}`)
    }
    t.end()
  })
}
