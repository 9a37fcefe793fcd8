// Writes the agent's side of the wire format in C: protocol.h and operations.h.
//
// `make headers` runs it; tests/unit/agent/behaviour/headers.test.ts fails when a header is stale.
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { operations } from '../../harness/agent/wire/operations.ts'
import { records } from '../../harness/agent/wire/records.ts'
import { snakeCase } from '../../harness/agent/wire/fields.ts'
import { enumerations, numbers, tableDigests } from '../../harness/agent/wire/table.ts'

type Operation = (typeof operations)[keyof typeof operations]

const width = 80
const tab = 8

function upper(name: string): string {
  return snakeCase(name).toUpperCase()
}

function header(guard: string, about: readonly string[], body: readonly string[]): string {
  return [
    '/* SPDX-License-Identifier: MIT */',
    '/*',
    ...about.map((line) => ` * ${line}`),
    ' *',
    ' * Generated from harness/agent/wire/ by `make headers`: do not edit.',
    ' */',
    `#ifndef ${guard}`,
    `#define ${guard}`,
    '',
    ...body,
    '',
    `#endif /* ${guard} */`,
    '',
  ].join('\n')
}

function enumeration(name: string, words: readonly string[]): string[] {
  const constants = [...words, 'count'].map((word) => `\t${upper(name)}_${upper(word)},`)
  return ['', `enum wire_${name} {`, ...constants, '};']
}

function record(name: string, { width: bytes, fields }: (typeof records)[keyof typeof records]): string[] {
  const c = snakeCase(name)
  const names = Object.keys(fields).map(snakeCase)
  const size = names.length * bytes
  return [
    '',
    `struct ${c} {`,
    ...names.map((field) => `\t__u${bytes * 8} ${field};`),
    '};',
    `_Static_assert(sizeof(struct ${c}) == ${size}, "${c}");`,
  ]
}

function fieldList(fields: object): string[] {
  return Object.keys(fields).map((field) => `F(${snakeCase(field)})`)
}

/** One row of OPERATIONS(), in as many lines of 80 columns as it takes. */
function row([name, { number, request, answer }]: [string, Operation]): string {
  const first = fieldList(request)
  const last = `${first.pop() ?? ''},`
  const lines: string[] = []
  let line = `OP(${number}, ${snakeCase(name)},`
  for (const piece of [...first, last, ...fieldList(answer)]) {
    const indentation = lines.length === 0 ? tab : 2 * tab
    if (indentation + line.length + piece.length + ' ) \\'.length <= width) {
      line = `${line} ${piece}`
    } else {
      lines.push(line)
      line = piece
    }
  }
  return [...lines, `${line})`].join(' \\\n\t\t')
}

function protocolHeader(): string {
  const values = Object.entries(numbers).map(
    ([name, value]) => `#define ${upper(name)} ${value > 2 ** 24 ? `0x${value.toString(16)}` : value}`,
  )
  return header(
    'GMEMTEST_PROTOCOL_H',
    [
      'The numbers, words and records of the protocol between the harness and the',
      'agent.  The contract in prose is in harness/agent/wire/protocol.ts.',
    ],
    [
      '#include <linux/types.h>',
      '',
      ...values,
      `#define PROTOCOL_DIGEST "${tableDigests().protocol}"`,
      ...Object.entries(enumerations).flatMap(([name, words]) => enumeration(name, words)),
      ...Object.entries(records).flatMap(([name, spec]) => record(name, spec)),
    ],
  )
}

function operationsHeader(): string {
  return header(
    'GMEMTEST_OPERATIONS_H',
    [
      'All operations: the number, the name, the fields of the request, those of',
      'the answer.  Every field is one little-endian 64-bit word.  Each operation',
      'has two structures, and a function op_NAME() in a file of the agent.',
    ],
    [
      '#include "protocol.h"',
      '',
      `#define OPERATIONS_DIGEST "${tableDigests().operations}"`,
      '',
      '/* clang-format off */',
      '#define OPERATIONS(OP) \\',
      `\t${Object.entries(operations).map(row).join(' \\\n\t')}`,
      '/* clang-format on */',
      '',
      '#define NUMBER(number, name, request, answer) OPERATION_##name = number,',
      'enum operation_number { OPERATIONS(NUMBER) };',
      '#undef NUMBER',
      '',
      'struct call;',
      '',
      '#define F(name) __u64 name;',
      '#define DECLARE(number, name, request, answer)                            \\',
      '\tstruct name##_request {                                           \\',
      '\t\trequest                                                   \\',
      '\t};                                                                \\',
      '\tstruct name##_answer {                                            \\',
      '\t\tanswer                                                    \\',
      '\t};                                                                \\',
      '\tint op_##name(struct call *call, const struct name##_request *in, \\',
      '\t\t      struct name##_answer *out);',
      'OPERATIONS(DECLARE)',
      '#undef DECLARE',
      '#undef F',
    ],
  )
}

/** The generated headers, by name. */
export function generateHeaders(): Readonly<Record<string, string>> {
  return { 'protocol.h': protocolHeader(), 'operations.h': operationsHeader() }
}

if (import.meta.main) {
  for (const [name, text] of Object.entries(generateHeaders())) {
    await writeFile(path.join(import.meta.dirname, name), text)
  }
}
