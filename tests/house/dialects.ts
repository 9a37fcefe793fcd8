// The rule of the dialects: only harness/uapi/ compares a dialect with a name.
import { Visitor } from 'oxc-parser'
import { dialects } from '../../harness/uapi/dialect.ts'
import { lineAt, listFiles, parse, readText, type Fault } from './source.ts'

/** Reports each comparison (=== and the like, case) with the name of a dialect. */
export function dialectFaults(root: string): Fault[] {
  const files = ['harness/**/*.ts', 'tests/scenarios/**/*.ts', 'tests/pairs/**/*.ts']
    .flatMap((pattern) => listFiles(root, pattern))
    .filter((file) => !file.startsWith('harness/uapi/'))
  return files.flatMap((file): Fault[] => {
    const text = readText(root, file)
    const faults: Fault[] = []
    const look = (node: { type: string; value?: unknown; start: number } | null): void => {
      const name = node?.type === 'Literal' ? dialects.find((dialect) => dialect === node.value) : undefined
      if (node === null || name === undefined) return
      const message = `compares with the dialect ${name}; add a field to the records in harness/uapi/dialects/ and read it`
      faults.push({ file, line: lineAt(text, node.start), message })
    }
    new Visitor({
      BinaryExpression: ({ operator, left, right }) => {
        if (!/^[!=]==?$/.test(operator)) return
        look(left)
        look(right)
      },
      SwitchCase: ({ test }) => look(test),
    }).visit(parse(file, text).program)
    return faults
  })
}
