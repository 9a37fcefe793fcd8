// Which files of a kernel count how often their lines run: those of KVM that have to do with memory, and those of the series.
import type { CounterName } from '../definition/definition.ts'
import type { Patch } from '../series/patch.ts'

/** Folders whose files always count. */
const folders = ['virt/kvm/', 'arch/x86/kvm/mmu/'] as const

/** Returns the C files of the kernel that the patches change, sorted. */
function filesOf(patches: readonly Pick<Patch, 'diff' | 'strip'>[]): string[] {
  const names = patches.flatMap(({ diff, strip }) =>
    [...diff.matchAll(/^\+\+\+ ([^\t\n]+\.c)(?:\t|$)/gm)].map(([, name = '']) =>
      name.split('/').slice(strip).join('/'),
    ),
  )
  // Programs in tools/ are no part of the kernel.
  return [...new Set(names)].filter((name) => name !== '' && !name.startsWith('tools/')).toSorted()
}

/** Returns whether a C file of the kernel counts. */
export function isCounted(file: string, patches: readonly Pick<Patch, 'diff' | 'strip'>[]): boolean {
  return folders.some((folder) => file.startsWith(folder)) || filesOf(patches).includes(file)
}

const makeVariables = { gcov: 'GCOV_PROFILE', kcov: 'KCOV_INSTRUMENT' } as const satisfies Record<CounterName, string>

/**
 * Returns the variable that make gets: kbuild expands it for each object, and then `$<` is its source. So no Makefile of the
 * tree changes.
 */
export function countingVariable(by: CounterName, patches: readonly Pick<Patch, 'diff' | 'strip'>[]): string {
  return `${makeVariables[by]}=$(if ${counted(patches)},y)`
}

/** How a tree calls objtool, in scripts/Makefile.lib. */
const objtoolCall = 'cmd_objtool = $(if $(objtool-enabled), ; $(objtool) $(objtool-args) $@)'

/**
 * Returns the variables that keep make from building objects that do not count: with CONFIG_GCOV_KERNEL, kbuild gives objtool
 * one more word for all objects, which only silences warnings about counters. Empty for a tree that calls objtool otherwise.
 */
export function sparingVariables(makefileLib: string, patches: readonly Pick<Patch, 'diff' | 'strip'>[]): string[] {
  if (!makefileLib.split('\n').includes(objtoolCall)) return []
  const words = `$(if ${counted(patches)},$(objtool-args),$(filter-out --no-unreachable,$(objtool-args)))`
  return [objtoolCall.replace(' = ', '=').replace('$(objtool-args)', () => words)]
}

/** Returns an expression of make that is not empty for a `$<` that counts. */
function counted(patches: readonly Pick<Patch, 'diff' | 'strip'>[]): string {
  const inFolder = folders.map((folder) => `$(findstring /${folder},$<)`).join('')
  const files = filesOf(patches).map((file) => `%/${file}`)
  return files.length === 0 ? inFolder : `${inFolder}$(filter ${files.join(' ')},$<)`
}
