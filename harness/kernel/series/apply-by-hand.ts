// The command lines that apply a series by hand, with the same outcome as the build.
import path from 'node:path'
import { isOfProject, projectRoot } from '../../base/paths.ts'
import { shellLine, shellWord } from '../../process/child.ts'
import type { MailReading, Patch } from './patch.ts'
import { diffOptions } from './range.ts'
import { gitAssignments } from '../source/git-environment.ts'
import { asked } from '../source/own-repository.ts'
import { isPacked } from './unpack.ts'

/**
 * Returns the path of a file as the command lines name it, seen from the directory that has the tree `linux`: the path of a
 * file of gmemtest is the same in every checkout.
 */
function byHand(file: string): string {
  return isOfProject(file) ? path.relative(projectRoot, file) : file
}

// A copied tree has the settings of its repository.
const apply = 'git -c core.autocrlf=false -c apply.ignoreWhitespace=no -C linux apply --whitespace=nowarn'

const applyMails =
  'apply_mails() { box=$1 level=$2; shift 2; rm -rf linux.mails && mkdir linux.mails && ' +
  'gzip -cdf -- "$box" | git mailsplit -b -d8 -olinux.mails && for number; do ' +
  'sed "${filter-}" "linux.mails/$(printf %08d "$number")" | ' +
  'git mailinfo --no-scissors ${flags-} linux.mails/message linux.mails/diff && ' +
  `${apply} --allow-empty "-p$level" ../linux.mails/diff || return; done; }`

/** What `apply_mails` reads beside its arguments, for mails that git would damage otherwise. */
const variables: Readonly<Record<MailReading, string | undefined>> = {
  plain: undefined,
  'quoted-cr': 'flags=--quoted-cr=strip',
  'unknown-charset': String.raw`flags=-n filter='0,/^Subject:/Is/^Subject:/X-Subject:/I'`,
  trimmed: String.raw`filter='s/^\( \|=20\)\+$//'`,
  unflowed: String.raw`filter='s/format="\?flowed"\?/format=fixed/I'`,
}

/** Returns shell command lines that apply the patches to the tree ./linux. */
export function applyByHand(patches: readonly Patch[]): string[] {
  const groups: [Patch, ...Patch[]][] = []
  for (const patch of patches) {
    const last = groups.at(-1)
    if (last !== undefined && isTogether(last[0], patch)) last.push(patch)
    else groups.push([patch])
  }
  return [
    // git must read no settings, and in a directory inside a repository it would do nothing.
    `export ${gitAssignments} GIT_CEILING_DIRECTORIES="$PWD"`,
    ...(patches.some(({ how }) => how.kind === 'mail') ? [applyMails] : []),
    ...groups.flatMap(linesOf),
  ]
}

function isTogether(one: Patch, other: Patch): boolean {
  return one.origin === other.origin && readingOf(one) === readingOf(other) && one.strip === other.strip
}

function readingOf({ how }: Patch): string {
  return how.kind === 'mail' ? how.reading : how.kind
}

function linesOf(group: readonly [Patch, ...Patch[]]): string[] {
  const [{ origin, how, strip }] = group
  const file = byHand(origin)
  if (how.kind === 'text') {
    return group.map(({ name, diff }) =>
      diff === ''
        ? `# ${name}: the source has all of it`
        : `# ${name} as it was merged\n${apply} <<'END_OF_DIFF'\n${utf8(diff)}END_OF_DIFF`,
    )
  }
  if (how.kind === 'mail') {
    const numbers = group.flatMap((patch) => (patch.how.kind === 'mail' ? [String(patch.how.index)] : []))
    const variable = variables[how.reading]
    const line = shellLine('apply_mails', [file, String(strip), ...numbers])
    return variable === undefined ? [line] : [variable, line, 'unset flags filter']
  }
  if (how.kind === 'diff' && isPacked(origin)) {
    const line = how.isCrLf ? String.raw` | sed 's/\r$//'` : ''
    return [`gzip -cd -- ${shellWord(file)}${line} | ${apply} -p${strip}`]
  }
  if (how.kind === 'diff' && how.isCrLf) return [`sed 's/\\r$//' ${shellWord(file)} | ${apply} -p${strip}`]
  if (how.kind === 'diff')
    return [`${apply} -p${strip} ${shellWord(path.isAbsolute(file) ? file : path.join('..', file))}`]
  const commits = group.flatMap((patch) => (patch.how.kind === 'commit' ? [patch.how.commit] : []))
  const show = shellLine('git', [...asked(file), 'diff-tree', ...diffOptions])
  return [`for commit in ${commits.join(' ')}; do ${show} "$commit" | ${apply}; done`]
}

function utf8(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString()
}
