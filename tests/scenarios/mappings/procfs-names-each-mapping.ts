// K-names: who looks for the memory of a guest finds its mappings by the name of the file, as tools do in /proc/PID/maps.
import { pageSize, protections, scenario } from '../../../harness/api.ts'

const shapes = [
  { first: 0, count: 8, protection: protections.read | protections.write, words: 'rw-s' },
  { first: 2, count: 3, protection: protections.read, words: 'r--s' },
  { first: 7, count: 1, protection: protections.none, words: '---s' },
] as const

export default scenario({
  title: 'procfs shows each mapping of a file with its place in the file and the name [kvm-gmem]',
  rules: ['K-names'],
  async run({ agent, check, memory, expectDone }) {
    const { gmem } = (await memory({ pages: 8, initially: 'shared', slot: false, mapped: false })).handles
    const { inode } = expectDone(await agent.gmem.status(gmem), 'asking for the status')
    const addresses: bigint[] = []
    for (const { first, count, protection } of shapes) {
      const request = { file: gmem, offset: first * pageSize, length: count * pageSize, protection }
      const { address } = expectDone(await agent.host.mmap(request), `mapping ${count} pages from page ${first}`)
      addresses.push(address)
    }
    const { data } = expectDone(await agent.files.readFile('/proc/self/maps'), 'reading /proc/self/maps')
    const lines = data.toString('latin1').split('\n')

    for (const [index, { first, count, words }] of shapes.entries()) {
      const begin = addresses[index] ?? 0n
      const end = begin + BigInt(count * pageSize)
      const place = `${begin.toString(16)}-${end.toString(16)} `
      const line = lines.find((each) => each.startsWith(place)) ?? ''
      const [, shown, offset, , number, name] = line.split(/ +/)
      const found = { words: shown, offset: Number.parseInt(offset ?? '', 16), inode: number, name: nameIn(name) }
      const wanted = { words, offset: first * pageSize, inode: String(inode), name: '[kvm-gmem]' }
      check.equal(found, wanted, `what /proc/self/maps shows of the mapping from page ${first}`)
    }
  },
})

/** Returns the name without what stands before it: that depends on whether the files have a file system of their own. */
function nameIn(shown: string | undefined): string | undefined {
  return shown?.replace(/^(anon_inode:|\/)/, '')
}
