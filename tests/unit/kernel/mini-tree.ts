// A kernel tree in miniature, for tests: its make understands the same targets and takes a tenth of a second.
import { execFileSync } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { KernelDefinition } from '../../../harness/project/definition.ts'
import type { BuildContext, BuildProgress } from '../../../harness/kernel/progress.ts'
import { sha256OfFile } from '../../../harness/kernel/files.ts'

const makefile = `
objects := $(patsubst %.c,$(O)/%.o,$(wildcard virt/*.c))
tinyconfig:
	@mkdir -p $(O) && echo '# CONFIG_PARENT is not set' > $(O)/.config
olddefconfig:
	@grep -q '^CONFIG_PARENT=y' $(O)/.config || sed -i '/CONFIG_CHILD=/d' $(O)/.config
	@sed -i '/is not set/d;/^$$/d' $(O)/.config
$(O)/%.o: %.c $(wildcard slow)
	@mkdir -p $(@D) && echo "  CC      $*.o"
	@sleep $(or $(shell cat slow 2>/dev/null),0)
	@$(CC) $(KCFLAGS) -g -c -o $@ $<
vmlinux: $(objects)
	@$(CC) -r -nostdlib -o $(O)/vmlinux $(objects)
	@mkdir -p $(O)/include/config && echo 6.12.0-mini > $(O)/include/config/kernel.release
	@echo mini > $(O)/System.map
bzImage: vmlinux
	@mkdir -p $(O)/arch/x86/boot && cp $(O)/vmlinux $(O)/arch/x86/boot/bzImage
`

const kconfig = `
config PARENT
	bool "parent"

config CHILD
	bool "child"
	depends on PARENT
`

/** Lines of virt/gmem.c, for patches with context. */
const gmem = [
  'int gmem(void)',
  '{',
  '\tint a = 1;',
  '\tint b = 2;',
  '\tint c = 3;',
  '\treturn a + b + c;',
  '}',
  '',
]

/** Writes the tree and packs it. */
export async function miniTarball(
  directory: string,
): Promise<{ location: string; sha256: string; tree: string }> {
  const tree = path.join(directory, 'linux-mini')
  await mkdir(path.join(tree, 'virt'), { recursive: true })
  const files = {
    Makefile: makefile,
    Kbuild: '',
    Kconfig: kconfig,
    'virt/gmem.c': gmem.join('\n'),
    'virt/other.c': 'int other(void) { return 0; }\n',
  }
  for (const [name, content] of Object.entries(files)) await writeFile(path.join(tree, name), content)
  const location = path.join(directory, 'linux-mini.tar.gz')
  execFileSync('tar', ['-czf', location, '-C', directory, 'linux-mini'])
  return { location, sha256: await sha256OfFile(location), tree }
}

/** A patch of virt/gmem.c that changes the line with `b`. */
export function gmemPatch(from = '2', to = '20'): string {
  return [
    'From 0000000000000000000000000000000000000000 Mon Sep 17 00:00:00 2001',
    'From: A Developer <dev@example.org>',
    'Date: Mon, 23 Nov 2026 12:00:00 +0000',
    'Subject: [PATCH] gmem: another b',
    '',
    'Because.',
    '---',
    ' virt/gmem.c | 2 +-',
    ' 1 file changed, 1 insertion(+), 1 deletion(-)',
    '',
    'diff --git a/virt/gmem.c b/virt/gmem.c',
    'index 1111111..2222222 100644',
    '--- a/virt/gmem.c',
    '+++ b/virt/gmem.c',
    '@@ -1,6 +1,6 @@',
    ' int gmem(void)',
    ' {',
    ' \tint a = 1;',
    `-\tint b = ${from};`,
    `+\tint b = ${to};`,
    ' \tint c = 3;',
    ' \treturn a + b + c;',
    '-- ',
    '2.39.5',
    '',
    '',
  ].join('\n')
}

/** A definition in a directory of its own: one fragment, one series. */
export async function miniDefinition(
  directory: string,
  parts: { config?: string; patches?: Readonly<Record<string, string>> } = {},
): Promise<KernelDefinition> {
  const { location, sha256 } = await miniTarball(directory)
  const fragment = path.join(directory, 'mini.config')
  await writeFile(fragment, parts.config ?? 'CONFIG_PARENT=y\nCONFIG_CHILD=y\n')
  const series = path.join(directory, 'series')
  await mkdir(series, { recursive: true })
  for (const [name, text] of Object.entries(parts.patches ?? {}))
    await writeFile(path.join(series, name), text)
  return {
    name: 'mini',
    description: 'a kernel in miniature',
    file: path.join(directory, 'mini.yaml'),
    source: { kind: 'tarball', location, sha256 },
    series: parts.patches === undefined ? [] : [{ kind: 'path', name: 'series', path: series }],
    fragments: [{ name: 'mini', path: fragment }],
    dialect: 'vm-attributes',
    expectSkips: {},
  }
}

/** A context that keeps what it was told. */
export function recordingContext(cache: string): BuildContext & { readonly told: BuildProgress[] } {
  const told: BuildProgress[] = []
  return { cache, told, signal: new AbortController().signal, progress: (progress) => told.push(progress) }
}

/** The notices among what a context was told. */
export function noticesOf(told: readonly BuildProgress[]): string[] {
  return told.flatMap((progress) => (progress.type === 'notice' ? [progress.message] : []))
}
