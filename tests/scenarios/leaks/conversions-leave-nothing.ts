// K-leaks: conversions of pages that host and guest use leave no node, no page table and no page, in any order.
import { call, page, pageSize, pages, scenario, type PageState } from '../../../harness/api.ts'

export default scenario({
  title: 'conversions beside a guest that works leave nothing behind',
  rules: ['K-leaks', 'S-A9', 'S-A10'],
  needs: ['in-place-conversion', 'slab-counters'],
  pools: { '2M': 4 },
  async run({ agent, dialect, memory, leavesNothing, offered }) {
    for (const { size, unit, times, blindTo, options } of offered([
      { size: '4K', unit: 64, times: 520, blindTo: /kmalloc-(cg-)?32$/, options: {} },
      { size: '2M', unit: 512, times: 300, blindTo: /kmalloc-(cg-)?(32|64|96)$/, options: { hugePages: '2M' } },
    ] as const)) {
      const file = await memory({ pages: 2 * unit, initially: 'private', ...options })
      await file.guest.fill(page(0), 0x51)
      const { gmem: target, mapping, gpa, vcpu } = file.handles
      const cpu = await vcpu()
      const converted = (to: PageState, first: number, count: number) =>
        call('convert', { target, dialect, to, offset: first * pageSize, size: count * pageSize })
      const guestReads = (at: number) =>
        call(
          'guestRead',
          { vcpu: cpu, gpa: gpa + at * pageSize, size: 8, timeout: agent.patience.for(1_000) },
          { outcome: 'done' },
        )
      const hostReads = (at: number, outcome: 'done' | 'sigbus') =>
        mapping === undefined ? [] : [call('hostRead', { mapping, offset: at * pageSize, size: 8 }, { outcome })]
      await leavesNothing({
        what: `conversions of ${size} pages in use`,
        times,
        blindTo,
        round: [
          converted('shared', unit - 3, 6),
          ...hostReads(unit, 'done'),
          guestReads(unit),
          guestReads(0),
          converted('private', unit - 1, 2),
          ...hostReads(unit, 'sigbus'),
          guestReads(unit),
          converted('private', 0, 2 * unit),
          guestReads(0),
          guestReads(2 * unit - 1),
        ],
      })
      await file.matchesModel(pages(0, 8))
    }
  },
})
