// S-A9, S-A14: a reference counts while no slot, no mapping and no first descriptor of its file is left, and contents outlive them too.
import { page, pages, pageSize, scenario } from '../../../harness/api.ts'

const pinned = 33

export default scenario({
  title: 'a pinned page is refused after its slot, its mapping and the descriptor that mapped it are gone',
  rules: ['S-A9', 'S-A12', 'S-A14', 'S-A19'],
  pools: { '2M': 1 },
  async run({ memory, agent, expectDone, expectErrno, dialect, offered }) {
    for (const [index, method] of (['vmsplice', 'socket'] as const).entries()) {
      for (const options of offered([{}, { hugePages: '2M' }] as const)) {
        const file = await memory({ pages: 512, initially: 'shared', slot: false, ...options })
        const { gmem, mapping } = file.handles
        if (mapping === undefined) throw new Error('the file must be mapped')
        const slot = await file.bind(file.all)
        await file.host.fill(pages(30, 8), 0x51 + index)
        await slot.matchesModel(pages(30, 8))
        const { gmem: second } = expectDone(await agent.gmem.dup(gmem), 'duplicating the descriptor')
        const pin = await file.pin(page(pinned), method)
        const refuse = async (when: string): Promise<void> => {
          const argument = { target: second, dialect, to: 'private', offset: 0, size: 512 * pageSize } as const
          const reply = await agent.gmem.convert(argument)
          expectErrno(reply, 'EAGAIN', `converting all pages ${when}`)
        }
        await refuse('while a slot has them')
        await slot.unbind()
        await refuse('without a slot')
        expectDone(await agent.host.munmap(mapping), 'unmapping the file')
        await refuse('without a mapping')
        expectDone(await agent.close(gmem), 'closing the first descriptor')
        await refuse('without the first descriptor')

        await pin.release()
        const argument = { target: second, dialect, to: 'private', offset: 0, size: 512 * pageSize } as const
        expectDone(await agent.gmem.convert(argument), 'converting all pages without the pin')
        expectDone(await agent.gmem.convert({ ...argument, to: 'shared' }), 'converting them back')
        const again = expectDone(await agent.host.mmap({ file: second, length: 512 * pageSize }), 'mapping it again')
        await file.viewOf(again.mapping).expect(pages(30, 8), 0x51 + index)
        expectDone(await agent.host.munmap(again.mapping), 'unmapping it')
        expectDone(await agent.close(second), 'closing it')
      }
    }
  },
})
