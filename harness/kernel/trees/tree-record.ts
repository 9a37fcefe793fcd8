// The record of a work tree: what its objects were last built from. It only helps to choose a tree; make compares the files.
import path from 'node:path'
import { hasShape } from '../../base/has-shape.ts'
import { readJson, rememberJson } from '../../cache/atomic-file.ts'
import { requestedConfig, type Request } from '../kconfig/fragment.ts'
import type { Patch } from '../series/patch.ts'
import type { SourceIdentity } from '../source/pristine.ts'

/** The parts of a build that decide how much of a tree another build can use. */
export interface TreeRecord {
  /** The content of the source without the series. */
  readonly source: string
  readonly compiler: string
  /** The requested options, a line each. */
  readonly config: readonly string[]
  /** The changes of each patch, as hashes. */
  readonly patches: readonly string[]
}

/** The inputs of a build that its record has. */
export interface Recorded {
  readonly identity: Pick<SourceIdentity, 'content'>
  readonly patches: readonly Pick<Patch, 'content'>[]
  readonly requests: readonly Request[]
  readonly compiler: string
}

/** Returns the record of a build. */
export function recordFor({ identity, patches, requests, compiler }: Recorded): TreeRecord {
  return {
    source: identity.content,
    compiler,
    config: requestedConfig(requests).split('\n'),
    patches: patches.map(({ content }) => content),
  }
}

function fileIn(home: string): string {
  return path.join(home, 'built-from.json')
}

/** Notes in the directory of a tree what its objects are built from. */
export async function noteRecord(home: string, recorded: Recorded): Promise<void> {
  await rememberJson(fileIn(home), recordFor(recorded))
}

/** Reads the record of a tree; undefined for a tree in which no kernel was built. */
export async function readRecord(home: string): Promise<TreeRecord | undefined> {
  const found = await readJson(fileIn(home))
  return isRecord(found) ? found : undefined
}

function isRecord(value: unknown): value is TreeRecord {
  return hasShape(value, { source: 'string', compiler: 'string', config: 'array', patches: 'array' })
}
