// K-killed, S-A13: a process dies while it converts: all pages of the range are converted or none, and other processes, guest and pool go on.
import { page, pages, pagesPerHugePage, pageSize, scenario } from '../../../harness/api.ts'
import { fewTries, tryMoments } from '../common/moments.ts'

const huge = pagesPerHugePage('2M')
const files = [
  { what: '4K', options: { pages: 3 * huge, initially: 'shared' } },
  { what: '2M', options: { pages: 3 * huge, hugePages: '2M', initially: 'shared' } },
] as const
/** Long enough for a guest, and ends an access that hangs. */
const stuckMilliseconds = 1000

export default scenario({
  title: 'a process that dies in a conversion leaves it done or not begun, and the file to others',
  rules: ['K-killed', 'S-A13', 'S-A36', 'S-A14'],
  needs: ['in-place-conversion', 'binary-stats', 'pagemap', 'pre-fault', 'gup-test'],
  pools: { '2M': 3 },
  timeout: 20,
  async run({ memory, agent, dialect, killedDuring, signalled, check, offered }) {
    for (const { what, options } of offered(files)) {
      const file = await memory(options)
      const target = file.handles.gmem
      // The signal below is for the next operation, which creates the vCPU if nothing did before.
      await file.handles.vcpu()
      const places = [pages(0, 3), pages(huge - 1, 2), page(file.pages - 1)]
      await file.host.fill(file.all, 0x51)
      for (const to of ['private', 'shared'] as const) {
        const from = to === 'private' ? 'shared' : 'private'
        await file.ensure(from, file.all)
        const duration = await file.timeConversion(to, file.all)
        await file.convert(from, file.all)
        // A conversion to shared may be too short.
        const tries = to === 'shared' ? fewTries : undefined
        const dies = async (after: number): Promise<boolean> => {
          const name = `a conversion of pages of ${what} to ${to}`
          const died = await killedDuring(after, (child) =>
            child.gmem.convert({ target, dialect, to, offset: 0, size: file.pages * pageSize }),
          )
          // The first page tells which of the two it is; the others have to agree.
          const [run] = await file.host.look(page(0))
          const done = (run?.value === 'sigbus') === (to === 'private')
          check.that(done || died, `${name} that ended is done`)
          if (done) file.model.convert(to, file.all)
          // A guest that waits for a conversion without end would do so until a signal comes.
          await signalled({ how: 'handled', after: agent.patience.for(stuckMilliseconds) * 1e6 }, () =>
            file.preFault(page(huge)),
          )
          await file.perform([
            { does: 'host-look', range: file.all },
            ...places.map((range) => ({ does: 'guest-look', range }) as const),
          ])
          if (done) await file.convert(from, file.all)
          return !done
        }
        const unchanged = await tryMoments(duration, dies, tries)
        if (to === 'private') {
          // A page that is in use forbids the conversion, in its last moments as well.
          // It is refused at once if the pin is one for DMA, so the moments are in the search for references.
          const pin = await file.pin(page(file.pages - 1), 'gup-test')
          const refused = await file.attemptConversion(to, { offset: 0, size: file.pages * pageSize })
          check.equal(refused.errno, 'EAGAIN', `a conversion beside a pin, in pages of ${what}`)
          const diesRefused = async (after: number): Promise<boolean> => {
            const died = await killedDuring(after, (child) =>
              child.gmem.convert({ target, dialect, to, offset: 0, size: file.pages * pageSize }),
            )
            const found = await file.host.look(file.all)
            check.equal<unknown>(
              found,
              file.model.hostView(),
              `host view after a death beside a pin, in pages of ${what}`,
            )
            return died
          }
          await tryMoments(refused.nanoseconds, diesRefused, fewTries)
          await pin.release()
        }
        if (to === 'private') check.that(unchanged, `death ends a conversion of pages of ${what} to ${to}`)
        await file.convert(to, file.all)
        await file.matchesModel(pages(huge - 2, 4))
      }
      if (file.model.pagesPerUnit > 1) {
        await file.convert('private', file.all)
        await file.expectWhole(file.all)
        await file.expectAccounting()
      }
    }
  },
})
