// 1.1: a number of KVM_CHECK_EXTENSION answers the mask of the attributes of files; the number moved with the versions of the series.
import { attributes, scenario, vmTypes } from '../../../harness/api.ts'

/** Mainline uses all numbers below, and the series used some of these. */
const numbers = Array.from({ length: 100 }, (_, index) => 245 + index)

export default scenario({
  title: 'a capability answers the mask of attributes for a VM that has private memory, and 0 for a plain VM',
  rules: ['1.1-capabilities', 'S-B9'],
  needs: ['file-attributes'],
  async run({ agent, check, expectDone }) {
    const { vm } = expectDone(await agent.vm.create(), 'creating a VM')
    const { vm: plain } = expectDone(await agent.vm.create({ type: vmTypes.default }), 'creating a plain VM')
    const answer = async (number: number, from?: typeof vm): Promise<number> =>
      expectDone(await agent.vm.checkExtension(number, from), `asking for ${number}`).value

    const found: number[] = []
    for (const number of numbers) {
      const mask = Number(attributes.private)
      const answers = [await answer(number), await answer(number, vm), await answer(number, plain)]
      if (answers[0] === mask && answers[1] === mask && answers[2] === 0) found.push(number)
    }
    check.equal(
      found.length,
      1,
      `numbers from ${numbers[0]} to ${numbers.at(-1)} that answer the mask of attributes (${found.join(', ')})`,
    )
  },
})
