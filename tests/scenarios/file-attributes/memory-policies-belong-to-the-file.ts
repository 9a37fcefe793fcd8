// K-policy: mbind on a mapping sets the policy of pages of the file: other mappings and processes have it, and no conversion or hole loses it.
import { memoryPolicies, page, pages, pageSize, scenario } from '../../../harness/api.ts'

/** The instance has one node, the first one. */
const [node, absent] = [1, 2]
const bound = pages(4, 8)

export default scenario({
  title: 'a memory policy set through one mapping holds for the pages of the file, in each state',
  rules: ['K-policy', 'S-B7', 'S-A14'],
  needs: ['file-attributes', 'numa'],
  async run({ agent, memory, check, expectDone, expectErrno }) {
    const file = await memory({ pages: 16, initially: 'shared' })
    const { gmem, mapping } = file.handles
    if (mapping === undefined) throw new Error('the file must be mapped')
    const length = file.pages * pageSize
    const { mapping: second } = expectDone(await agent.host.mmap({ file: gmem, length }), 'mapping the file again')
    const range = { offset: bound.first * pageSize, length: bound.count * pageSize }
    const bind = { mapping, ...range, mode: memoryPolicies.bind, nodes: node }
    expectErrno(await agent.host.bindMemory({ ...bind, nodes: absent }), 'EINVAL', 'binding pages to an absent node')
    expectErrno(await agent.host.bindMemory({ ...bind, mode: 77 }), 'EINVAL', 'binding pages by an unknown policy')
    expectDone(await agent.host.bindMemory(bind), 'binding pages 4..11 to the first node')
    await using child = await agent.fork()
    const expectPolicy = async (when: string): Promise<void> => {
      for (const [who, host] of Object.entries({ 'the agent': agent.host, 'a child': child.host })) {
        for (const [index, wanted] of [
          [3, [memoryPolicies.default, 0]],
          [4, [memoryPolicies.bind, node]],
          [11, [memoryPolicies.bind, node]],
          [12, [memoryPolicies.default, 0]],
        ] as const) {
          const reply = expectDone(await host.memoryPolicy(second, index * pageSize), 'asking for the policy')
          const found = [Number(reply.mode), Number(reply.nodes)]
          check.equal<unknown>(found, wanted, `policy and nodes of page ${index} in ${who}, ${when}`)
        }
      }
    }
    await expectPolicy('of a new file')
    await file.host.fill(pages(0, 8), 0x41)
    await file.guest.fill(pages(8, 8), 0x42)
    await file.convert('private', pages(2, 8))
    await file.matchesModel()
    await expectPolicy('with private pages')
    await file.convert('shared', page(5))
    await file.punchHole(pages(4, 4))
    await file.matchesModel()
    await expectPolicy('after a hole')
    expectDone(await agent.host.bindMemory({ ...bind, mode: memoryPolicies.default, nodes: 0 }), 'ending the policy')
    const reply = expectDone(await child.host.memoryPolicy(second, 4 * pageSize), 'asking for the policy')
    check.equal(Number(reply.mode), memoryPolicies.default, 'the policy of page 4 in the end')
  },
})
