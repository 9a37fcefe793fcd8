// Reads the Kconfig files of a tree: the options, their dependencies, and the options that select them.
import { readFile } from 'node:fs/promises'
import path from 'node:path'

/** A block around options: a menu, an if or a choice; a menuconfig is no block. */
interface Block {
  readonly kind: 'if' | 'menu' | 'choice'
  readonly conditions: string[]
  readonly at: string
}

/** One `config X` of a tree; an option may have several. */
export interface OptionDefinition {
  readonly name: string
  /** `FILE:LINE`, relative to the tree. */
  readonly at: string
  readonly blocks: readonly Block[]
  /** Its own `depends on`; all of them must hold. */
  readonly depends: string[]
  /** A user can set it; without a prompt only defaults and selects decide. */
  hasPrompt: boolean
  /** The condition of the prompt. */
  promptIf: string | undefined
}

/** `select TARGET if CONDITION` of an option. */
interface Selection {
  readonly by: string
  readonly condition: string | undefined
}

export interface KconfigTree {
  readonly options: ReadonlyMap<string, readonly OptionDefinition[]>
  readonly selections: ReadonlyMap<string, readonly Selection[]>
}

interface Reading {
  readonly tree: string
  readonly options: Map<string, OptionDefinition[]>
  readonly selections: Map<string, Selection[]>
  readonly blocks: Block[]
}

/** Reads Kconfig and all files that it sources, for x86. */
export async function readKconfig(tree: string): Promise<KconfigTree> {
  const reading: Reading = { tree, options: new Map(), selections: new Map(), blocks: [] }
  await readKconfigFile('Kconfig', reading)
  return reading
}

async function readKconfigFile(name: string, reading: Reading): Promise<void> {
  // make reports a missing file; this explanation goes on without it.
  const text = await readFile(path.join(reading.tree, name), 'utf8').catch(() => '')
  let entry: OptionDefinition | Block | undefined
  let helpIndent: number | undefined
  let isHelp = false
  for (const { line, number } of logicalLines(text)) {
    const trimmed = line.trim()
    if (isHelp) {
      const indent = line.replaceAll('\t', '        ').search(/\S/)
      if (trimmed === '') continue
      helpIndent ??= indent
      if (indent >= helpIndent && indent > 0) continue
      isHelp = false
    }
    if (trimmed === '' || trimmed.startsWith('#')) continue
    if (/^(help|---help---)$/.test(trimmed)) {
      isHelp = true
      helpIndent = undefined
      continue
    }
    const [, keyword = '', rest = ''] = /^(\w+)(?:\s+(.*))?$/.exec(trimmed) ?? []
    const at = `${name}:${number}`
    switch (keyword) {
      case 'source':
        await readKconfigFile(unquoted(rest).replaceAll('$(SRCARCH)', 'x86'), reading)
        entry = undefined
        break
      case 'config':
      case 'menuconfig':
        entry = defineOption(rest, at, reading)
        break
      case 'if':
        reading.blocks.push({ kind: 'if', conditions: [rest], at })
        entry = undefined
        break
      case 'menu':
      case 'choice':
        entry = { kind: keyword, conditions: [], at }
        reading.blocks.push(entry)
        break
      case 'endif':
      case 'endmenu':
      case 'endchoice':
        reading.blocks.pop()
        entry = undefined
        break
      default:
        if (entry !== undefined) readAttribute(entry, keyword, rest, reading)
    }
  }
}

/** Splits a text into lines, and joins lines that a backslash continues; the number is that of the first. */
function logicalLines(text: string): { line: string; number: number }[] {
  const lines: { line: string; number: number }[] = []
  let isContinued = false
  for (const [index, physical] of text.split('\n').entries()) {
    const last = lines.at(-1)
    const line = physical.replace(/\s*\\$/, '')
    if (isContinued && last !== undefined) last.line += ` ${line.trim()}`
    else lines.push({ line, number: index + 1 })
    isContinued = line !== physical
  }
  return lines
}

function defineOption(name: string, at: string, reading: Reading): OptionDefinition {
  const definition: OptionDefinition = {
    name,
    at,
    blocks: [...reading.blocks],
    depends: [],
    hasPrompt: false,
    promptIf: undefined,
  }
  reading.options.set(name, [...(reading.options.get(name) ?? []), definition])
  return definition
}

function readAttribute(entry: OptionDefinition | Block, keyword: string, rest: string, reading: Reading): void {
  if (keyword === 'depends') {
    const condition = rest.replace(/^on\s+/, '')
    if ('kind' in entry) entry.conditions.push(condition)
    else entry.depends.push(condition)
    return
  }
  if ('kind' in entry) return
  const [, subject = '', condition] = /^("(?:[^"\\]|\\.)*"|\S+)(?:\s+if\s+(.*))?$/.exec(rest) ?? []
  if (/^(bool|tristate|string|int|hex|prompt)$/.test(keyword) && subject.startsWith('"')) {
    entry.hasPrompt = true
    entry.promptIf = condition
  } else if (keyword === 'select') {
    const selections = reading.selections.get(subject) ?? []
    reading.selections.set(subject, [...selections, { by: entry.name, condition }])
  }
}

function unquoted(text: string): string {
  return text.replaceAll('"', '')
}
