// KCIDB 5.3, the database of KernelCI: a checkout, a build, the tests, and an issue with its incidents for each splat.
import { hash } from 'node:crypto'
import type { SplatNote, TestPoint } from '../events.ts'
import { detailLines } from '../details.ts'
import type { Gathered, Result } from '../gather.ts'
import { gatheringSink } from '../gathering-sink.ts'
import { shortened } from '../tidy.ts'

/** The origin of all objects; the database wants the one that it has given to a submitter. */
const origin = 'gmemtest'
/** The root of all paths of tests. */
const root = 'kvm.gmem'
/** The most characters of a log in the database. */
const longestExcerpt = 16_384
/** The version of an issue: an issue is its fingerprint, and never changes. */
const issueVersion = 1

/** Writes one JSON object that the schema of KCIDB accepts. */
export const kcidbSink = gatheringSink((run) => `${JSON.stringify(kcidbOf(run), undefined, 2)}\n`)

/** An object of the database; a key whose value is undefined is left out. */
type Fields = Readonly<Record<string, unknown>>

function kcidbOf(run: Gathered): Fields {
  const checkout = checkoutOf(run)
  const build = buildOf(run, checkout.id)
  const tests = testsOf(run, build.id)
  const found = tests.flatMap(({ id, splats }) => splats.map((splat) => ({ id, splat })))
  const issues = new Map(found.map(({ splat }) => [issueId(splat), splat]))
  return {
    version: { major: 5, minor: 3 },
    checkouts: [checkout],
    builds: [build],
    tests: tests.map(({ splats: _splats, ...test }) => test),
    issues: [...issues.values()].map(issueOf),
    incidents: found.map(({ id, splat }) => ({
      id: `${id}.${wordOf(splat.fingerprint)}`,
      origin,
      issue_id: issueId(splat),
      issue_version: issueVersion,
      test_id: id,
      present: true,
      ...(splat.allowed === undefined ? {} : { comment: splat.allowed }),
    })),
  }
}

function checkoutOf({ kernel, ready, started }: Gathered): Fields & { readonly id: string } {
  const build = ready?.build
  if (build === undefined) {
    return { id: `${origin}:${wordOf(kernel)}`, origin, comment: kernel, ...timeOf('start_time', started) }
  }
  const { source, patches, patchsetHash } = build
  const { location = '', commit = '', ref } = source.facts
  const key = hash('sha256', `${source.content}\n${patchsetHash}`).slice(0, 32)
  const merged = patches.flatMap(({ name, merged: hunks = [] }) => hunks.map((hunk) => ({ patch: name, ...hunk })))
  // The mail of the first patch: covers have no patch.
  const messageId = patches
    .map((patch) => patch.messageId)
    .find((id) => id !== undefined && /^[^\s@]+@[^\s@]+$/.test(id))
  return {
    id: `${origin}:${key}`,
    origin,
    ...(/^(?:https|git):\/\/[!-~]+$/.test(location) && source.kind === 'git' ? { git_repository_url: location } : {}),
    ...(/^[0-9a-f]{40}$/.test(commit) ? { git_commit_hash: commit } : {}),
    ...(ref === undefined ? {} : { git_repository_branch: ref }),
    patchset_files: patches.map(({ name, sha256: content, messageId: id }) => ({
      name: name.replaceAll('/', '_') || 'patch',
      // The schema wants a URL; a patch that came in no mail has none, and is named by its content.
      url:
        id === undefined
          ? `urn:sha256:${encodeURIComponent(content)}`
          : `https://lore.kernel.org/all/${encodeURIComponent(id)}/raw`,
    })),
    ...(/^(?:[0-9a-f]{64})?$/.test(patchsetHash) ? { patchset_hash: patchsetHash } : {}),
    ...(messageId === undefined ? {} : { message_id: messageId }),
    comment: `${kernel}: ${source.version}`,
    ...timeOf('start_time', build.startTime),
    valid: true,
    misc: {
      source,
      patch_ids: patches.map(({ patchId }) => patchId),
      ...(merged.length === 0 ? {} : { merged_hunks: merged }),
    },
  }
}

function buildOf(
  { kernel, ready, aborted, fault, started }: Gathered,
  checkout: string,
): Fields & { readonly id: string } {
  const common = { checkout_id: checkout, origin, architecture: 'x86_64', config_name: kernel }
  if (ready === undefined) {
    const log = aborted === undefined ? {} : { log_excerpt: shortened(aborted, longestExcerpt) }
    const id = `${origin}:${wordOf(`${kernel}-${started}`)}`
    return { id, ...common, status: fault === 'build' ? 'FAIL' : 'MISS', ...log, ...timeOf('start_time', started) }
  }
  const { key, release, build } = ready
  const misc = {
    release: release,
    ...(build === undefined ? {} : { config_sha256: build.configHash }),
  }
  return {
    id: `${origin}:${wordOf(key)}`,
    ...common,
    status: 'PASS',
    ...(build === undefined
      ? {}
      : { compiler: build.compiler, duration: build.seconds, ...timeOf('start_time', build.startTime) }),
    misc,
  }
}

interface TestObject extends Fields {
  readonly id: string
  readonly splats: readonly SplatNote[]
}

function testsOf(run: Gathered, build: string): TestObject[] {
  const { vm, started } = run
  const environment =
    vm === undefined
      ? {}
      : {
          environment: {
            comment: `QEMU, ${vm.accelerator}: ${vm.reason}`,
            misc: { accelerator: vm.accelerator },
          },
        }
  const stem = `${build}.${wordOf(started)}`
  const counts = new Map<string, number>()
  /** Two tests may have the same path: of names that differ in characters that a path cannot have. */
  const idOf = (path: string): string => {
    const count = (counts.get(path) ?? 0) + 1
    counts.set(path, count)
    return `${stem}.${path}${count === 1 ? '' : `#${count}`}`
  }
  return run.results.flatMap((result): TestObject[] => {
    const path = pathOf(result)
    const own = { build_id: build, origin, ...environment }
    return [
      { id: idOf(path), ...own, ...testOf(result, path), splats: result.splats ?? [] },
      ...pointsOf(result.points ?? [], path).map((point) => ({ id: idOf(point.path), ...own, ...point, splats: [] })),
    ]
  })
}

function testOf(result: Result, path: string): Fields {
  const { title, verdict, milliseconds, begin = '', diagnostic, again, retried, change, because, repeated } = result
  const message = result.message ?? ''
  const log = [message, ...detailLines({ ...result, points: [] })].filter((line) => line !== '').join('\n')
  const misc = {
    ...(diagnostic === undefined ? {} : { rules: diagnostic.rules }),
    ...(again === undefined ? {} : { again: again }),
    ...(retried === undefined ? {} : { first_try: retried }),
    ...(change === undefined ? {} : { change }),
    ...(because === undefined ? {} : { because }),
    ...(repeated === undefined ? {} : { repeated }),
  }
  return {
    path,
    status: verdict,
    ...(title === '' ? {} : { comment: title }),
    ...timeOf('start_time', begin),
    duration: milliseconds / 1000,
    ...(log === '' ? {} : { log_excerpt: shortened(log, longestExcerpt) }),
    ...(Object.keys(misc).length === 0 ? {} : { misc }),
  }
}

function pointsOf(points: readonly TestPoint[], above: string): { path: string; status: string; comment?: string }[] {
  return points.flatMap(({ ok, name, directive, reason, points: below = [] }) => {
    const path = `${above}.${wordOf(name)}`
    const status = directive === 'SKIP' ? 'SKIP' : ok || directive === 'TODO' ? 'PASS' : 'FAIL'
    const comment = reason === undefined ? {} : { comment: reason }
    return [{ path, status, ...comment }, ...pointsOf(below, path)]
  })
}

/** Scenarios are the root's own; other suites have a folder there. The target of a selftest is a folder as well. */
function pathOf({ suite, name }: Result): string {
  const folders = suite === 'scenarios' ? [root] : [root, wordOf(suite)]
  return [...folders, ...name.split(/[:/]/).map(wordOf)].join('.')
}

function issueOf(splat: SplatNote): Fields {
  const { fingerprint, kind, title } = splat
  return {
    id: issueId(splat),
    version: issueVersion,
    origin,
    report_subject: title,
    culprit: { code: true, tool: false, harness: false },
    comment: title,
    misc: { fingerprint: fingerprint, kind: kind },
  }
}

function issueId({ fingerprint }: SplatNote): string {
  return `${origin}:splat-${wordOf(fingerprint)}`
}

/** Returns a text as a part of a path. */
function wordOf(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9_-]/g, '_') || '_'
}

/** Returns a field with a time; none for a text that is no time. */
function timeOf(key: string, text: string): Fields {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/.test(text) && !Number.isNaN(Date.parse(text))
    ? { [key]: text }
    : {}
}
