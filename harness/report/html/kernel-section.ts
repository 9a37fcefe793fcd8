// The kernel and the instances that the results come from.
import type { Gathered } from '../gather.ts'
import { markup, nothing, type Markup, type Part } from './markup.ts'
import { patchSubject } from './source-links.ts'
import { durationText } from './wording.ts'

/** Returns the facts about the kernel, its patches and its instances. */
export function kernelSection({ kernel, dialect, ready, vm }: Gathered): Markup {
  const build = ready?.build
  const facts: readonly (readonly [string, Part | undefined])[] = [
    ['Definition', kernel],
    ['Dialect', dialect],
    ['Release', ready?.release],
    ['Key', ready && markup`<code>${ready.key}</code>`],
    ['Source', build && `${build.source.kind}: ${build.source.version}`],
    ['Compiler', build?.compiler],
    ['Built', build && `in ${durationText(build.seconds * 1000)}, ${ready.cached ? 'earlier' : 'for this run'}`],
    ['Config', build && markup`<code>${build.configHash}</code>`],
    [
      'Patch set',
      build === undefined || build.patchsetHash === '' ? undefined : markup`<code>${build.patchsetHash}</code>`,
    ],
    ['Accelerator', vm && `${vm.accelerator}: ${vm.reason}`],
  ]
  const rows = facts.flatMap(([name, value]) => (value === undefined ? [] : [markup`<dt>${name}<dd>${value}`]))
  const patches = build?.patches ?? []
  return markup`<dl>${rows}</dl>${
    patches.length === 0
      ? nothing
      : markup`<h3>Patches, in order</h3><ol class="patches">${patches.map((patch) => markup`<li>${patchSubject(patch)}</li>`)}</ol>`
  }`
}
