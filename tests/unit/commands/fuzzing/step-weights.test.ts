// Weights of steps: what is accepted, what is refused with the next step, and the text that gives them again.
import { test } from 'tap'
import { stepKinds } from '../../../../harness/campaigns/fuzz/step-kinds.ts'
import { stepWeights, weightsText } from '../../../../harness/commands/fuzzing/step-weights.ts'

void test('weights have steps and numbers, and become the same text again', (t) => {
  const weights = stepWeights('race=20,pin=0')
  t.strictSame(
    [...weights],
    [
      ['race', 20],
      ['pin', 0],
    ],
  )
  t.equal(weightsText(weights), 'race=20,pin=0')
  t.end()
})

for (const text of ['', 'race', 'race=', 'race=x', 'race=-1', 'race=1001', 'raze=1', 'race=1,', 'race=1.5']) {
  void test(`'${text}' is no list of weights`, (t) => {
    t.throws(() => stepWeights(text), { code: 'OPTION_VALUE', hint: /steps: convert / })
    t.end()
  })
}

void test('a misspelt step is told with the nearest one', (t) => {
  t.throws(() => stepWeights('raze=1'), { code: 'OPTION_VALUE', hint: /^for example: --weights race=8;/ })
  t.end()
})

void test('no step at all is refused', (t) => {
  const none = stepKinds.map(({ name }) => `${name}=0`).join(',')
  t.throws(() => stepWeights(none), { code: 'OPTION_VALUE', message: '--weights leaves no step' })
  t.end()
})
