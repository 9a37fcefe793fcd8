// The C library of reproducers: a program gets those definitions that it uses, and no others.
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { inProject } from '../../base/paths.ts'

/** Its files, each after those that it uses. */
const files = [
  'report',
  'pages',
  'model',
  'files',
  'attempts',
  'kvm',
  'convert',
  'host',
  'remap',
  'copies',
  'guest',
  'pins',
  'failing',
  'signals',
  'children',
  'race',
  'race-accesses',
  'race-changes',
  'kernel-log',
  'watchdog',
]

interface Definition {
  readonly text: string
  /** The names that it defines. */
  readonly names: ReadonlySet<string>
}

/** The parts of a program that come from the library. */
export interface Used {
  /** `#include` lines, sorted. */
  readonly includes: readonly string[]
  /** Definitions in an order in which each comes behind those that it uses. */
  readonly definitions: readonly string[]
}

type Parsed = ReturnType<typeof parse>

let library: Promise<readonly Parsed[]> | undefined

async function readLibrary(): Promise<readonly Parsed[]> {
  const directory = inProject('guest-images/reproducer')
  const sources = await Promise.all(files.map((name) => readFile(path.join(directory, `${name}.c`), 'utf8')))
  return sources.map(parse)
}

/** Selects the definitions that a text uses, and those that they use. */
export async function usedBy(text: string): Promise<Used> {
  const parsed = await (library ??= readLibrary())
  const all = parsed.flatMap(({ definitions }) => definitions)
  const used = new Set<Definition>()
  const wanted = [text]
  for (let next = wanted.pop(); next !== undefined; next = wanted.pop()) {
    const words = new Set<string>(withoutTexts(next).match(/[A-Za-z_]\w*/g))
    for (const definition of all) {
      if (used.has(definition) || ![...definition.names].some((name) => words.has(name))) continue
      used.add(definition)
      wanted.push(definition.text)
    }
  }
  const includes = parsed.flatMap((source) =>
    source.definitions.some((each) => used.has(each)) ? source.includes : [],
  )
  return {
    includes: [...new Set(includes)].toSorted(),
    definitions: all.filter((each) => used.has(each)).map((each) => each.text),
  }
}

/** A word in a literal or in a comment uses nothing. */
function withoutTexts(source: string): string {
  return source.replaceAll(/"(?:[^"\\]|\\.)*"|\/\*[\s\S]*?\*\//g, '""')
}

/** Splits a file at blank lines before a line that begins at the margin. */
function parse(source: string): { readonly includes: readonly string[]; readonly definitions: readonly Definition[] } {
  const includes = source.match(/^#include .*$/gm) ?? []
  const rest = source.replaceAll(/^(\/\/ SPDX.*|#include .*|#define _GNU_SOURCE)\n/gm, '').trim()
  // The first block is the comment about the file.
  const blocks = rest.replace(/^\/\*[\s\S]*?\*\/\n/, '').split(/\n\n(?=[^\s}])/)
  return { includes, definitions: blocks.map((block) => ({ text: block.trim(), names: namesIn(block.trim()) })) }
}

/** The names that a block defines: macros, functions, structures, constants of an enumeration, variables. */
function namesIn(block: string): ReadonlySet<string> {
  const names = [...block.matchAll(/^#define (\w+)/gm), ...block.matchAll(/^(?:struct|enum) (\w+) \{/gm)]
  const constants = /^enum (?:\w+ )?\{([\s\S]*)\}/m.exec(block)?.[1]?.matchAll(/^\s*(\w+)/gm) ?? []
  // The last word before the parameters, the value or the size.
  const declared = block.matchAll(/^(?:__attribute__.*)?\bstatic\b[^(=;[{]*?(\w+) ?[(=;[]/gm)
  return new Set([...names, ...constants, ...declared].map((match) => match[1] ?? ''))
}
