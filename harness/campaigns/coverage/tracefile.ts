// Tracefiles of lcov (geninfo(1)): other tools draw, merge and compare them.
import type { LineCounts } from './line-counts.ts'
import type { PatchCoverage } from './patch-coverage.ts'

/** Renders counts as a tracefile; paths are relative to the tree of the kernel. */
export function tracefile(name: string, counts: LineCounts): string {
  const files = [...counts].toSorted(([left], [right]) => (left < right ? -1 : 1))
  return files
    .flatMap(([file, lines]) => {
      const rows = [...lines].toSorted(([left], [right]) => left - right)
      const ran = rows.filter(([, count]) => count > 0).length
      return [
        // A name has letters, digits and underscores only.
        `TN:${name.replaceAll(/\W/g, '_')}`,
        `SF:${file}`,
        ...rows.map(([line, count]) => `DA:${line},${count}`),
        `LF:${rows.length}`,
        `LH:${ran}`,
        'end_of_record',
        '',
      ]
    })
    .join('\n')
}

/** Returns the counts of the added lines alone. */
export function countsOfAdded({ files }: PatchCoverage): LineCounts {
  return new Map(
    files.map(({ file, ran, neverRan }) => [
      file,
      new Map([
        ...ran.map(({ line, count }): [number, number] => [line, count]),
        ...neverRan.map(({ line }): [number, number] => [line, 0]),
      ]),
    ]),
  )
}
