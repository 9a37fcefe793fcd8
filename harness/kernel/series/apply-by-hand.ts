// The command lines that apply a series by hand, with the same outcome as the build.
import path from 'node:path'
import { isOfProject, projectRoot } from '../../base/paths.ts'
import { shellLine, shellWord } from '../../process/child.ts'
import type { Patch } from './patch.ts'
import { diffOptions } from './range.ts'
import { gitAssignments } from '../source/git-environment.ts'
import { asked } from '../source/own-repository.ts'

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
  'apply_mails() { rm -rf linux.mails && mkdir linux.mails && git mailsplit -b -d8 -olinux.mails -- "$1" && ' +
  'for mail in linux.mails/0*; do git mailinfo --no-scissors linux.mails/message linux.mails/diff < "$mail" && ' +
  `${apply} --allow-empty "-p$2" ../linux.mails/diff || return; done; }`

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
    ...groups.map(lineOf),
  ]
}

function isTogether(one: Patch, other: Patch): boolean {
  return one.origin === other.origin && one.how.kind === other.how.kind && one.strip === other.strip
}

function lineOf(group: readonly [Patch, ...Patch[]]): string {
  const [{ origin, how, strip }] = group
  const file = byHand(origin)
  if (how.kind === 'mail') return shellLine('apply_mails', [file, String(strip)])
  if (how.kind === 'diff')
    return `${apply} -p${strip} ${shellWord(path.isAbsolute(file) ? file : path.join('..', file))}`
  const commits = group.flatMap((patch) => (patch.how.kind === 'commit' ? [patch.how.commit] : []))
  const show = shellLine('git', [...asked(file), 'diff-tree', ...diffOptions])
  return `for commit in ${commits.join(' ')}; do ${show} "$commit" | ${apply}; done`
}
