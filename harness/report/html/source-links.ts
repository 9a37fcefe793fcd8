// Links into the source of the kernel under test, and to the mails of its patches.
import type { BuildFacts } from '../events.ts'
import { markup, type Part } from './markup.ts'

/** Returns the address of a line of a file of the kernel. */
type AddressOf = (file: string, line: string) => string

const stable = 'https://git.kernel.org/pub/scm/linux/kernel/git/stable/linux.git'

/**
 * Returns a function for addresses in the tree that a kernel was made of, before its series; undefined when no public place
 * is known: a tree of this computer, or an unknown server.
 */
export function sourceOf(build: BuildFacts | undefined, release: string): AddressOf | undefined {
  if (build === undefined) return undefined
  const { kind, facts } = build.source
  if (kind === 'git') return forgeOf(facts['location'] ?? '', facts['commit'] ?? '')
  const version = /^\d+\.\d+(?:\.\d+)?/.exec(release)?.[0].replace(/\.0$/, '')
  if (kind === 'dir' || version === undefined) return undefined
  return cgit(stable, `h=v${version}`)
}

/** The servers whose addresses are known: that of the kernel, GitHub, and GitLab. */
function forgeOf(location: string, commit: string): AddressOf | undefined {
  if (!/^[0-9a-f]{40}$/.test(commit)) return undefined
  const [, host = '', place = ''] = /^https:\/\/([\w.-]+)\/([\w./~-]+?)\/?$/.exec(location) ?? []
  if (host === 'git.kernel.org') return cgit(`https://${host}/${place}`, `id=${commit}`)
  const bare = place.replace(/\.git$/, '')
  if (host === 'github.com') return (file, line) => `https://${host}/${bare}/blob/${commit}/${file}#L${line}`
  if (host === 'gitlab.com') return (file, line) => `https://${host}/${bare}/-/blob/${commit}/${file}#L${line}`
  return undefined
}

function cgit(repository: string, version: string): AddressOf {
  return (file, line) => `${repository}/tree/${file}?${version}#n${line}`
}

/** Returns a line of a trace in which a place in the source is a link. */
export function linkedLine(line: string, addressOf: AddressOf | undefined): Part {
  const {
    before,
    file = '',
    number = '',
    after,
  } = /^(?<before>.* \(?)(?<file>(?:[\w-][\w.+-]*\/)*[\w-][\w+-]*\.[chS]):(?<number>\d+)(?<after>.*)$/.exec(line)
    ?.groups ?? {}
  if (addressOf === undefined || before === undefined || after === undefined) return line
  return markup`${before}<a href="${addressOf(file, number)}" rel="noreferrer">${file}:${number}</a>${after}`
}

/** Returns the subject of a patch; it is a link to its mail if the patch came in one. */
export function patchSubject({ subject, name, messageId }: BuildFacts['patches'][number]): Part {
  const text = subject.replace(/^\[PATCH[^\]]*\] */, '') || name
  if (messageId === undefined) return text
  return markup`<a href="https://lore.kernel.org/all/${encodeURIComponent(messageId)}/" rel="noreferrer">${text}</a>`
}
