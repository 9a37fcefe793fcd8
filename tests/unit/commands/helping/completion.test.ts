// The scripts that `completion` prints, and the lists that they ask for.
import { PassThrough } from 'node:stream'
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { Command, Option } from 'commander'
import { test } from 'tap'
import { completion } from '../../../../harness/commands/helping/completion.ts'
import { oneOf } from '../../../../harness/commands/option-parsers.ts'
import { fakeContext } from '../fixtures/context.ts'
import { has } from './fixtures/shells.ts'

/** A verb whose texts have all that is special in a shell. */
function oddVerb(): Command {
  return new Command('gmemtest odd')
    .description(`don't [say]: "$HOME" \`no\` \\ more`)
    .argument('[dir...]', `it's [odd]: a\\b`)
    .addOption(new Option('-w, --which <one>', `'a' or "b": [c] $d \\`).argParser(oneOf('--which', ['one', 'two'])))
    .option('--maybe [file]', 'a value that may be missing')
}

function oddRoot(): Command {
  const root = new Command('gmemtest').description('x')
  root.command('odd').description(`don't [say]: "$HOME" \`no\` \\ more`)
  return root
}

async function printed(...args: string[]): Promise<string> {
  const stdout = new PassThrough()
  const { context } = fakeContext({ stdout })
  const command = completion(context, async () => [oddRoot(), oddVerb()])
  await command.exitOverride().parseAsync(args, { from: 'user' })
  stdout.end()
  return (await stdout.setEncoding('utf8').toArray()).join('')
}

for (const [shell, flag] of [
  ['bash', '-n'],
  ['zsh', '-n'],
  ['fish', '--no-execute'],
] as const) {
  void test(`${shell} takes a script with odd texts`, { skip: !has(shell) }, async (t) => {
    const script = await printed(shell)
    t.match(script, /which/)
    t.match(script, /one two/)
    const ran = spawnSync(shell, [flag, path.join(t.testdir({ script }), 'script')], { encoding: 'utf8' })
    t.match(ran, { status: 0, stderr: '' })
  })
}

void test('the lists have names alone, one a line', async (t) => {
  t.match(await printed('--list', 'kernel'), /^gmem-convert\n(.*\n)*stock-6\.12$/m)
  t.match(await printed('--list', 'mutant'), /^zap-beyond-the-slot$/m)
  const patterns = await printed('--list', 'pattern', '--', 'run', 'x')
  t.match(patterns, /^pinned-page-refuses$/m)
  t.match(patterns, /^conversion\/$/m)
})

void test('wrong usage', async (t) => {
  const mistakes: readonly (readonly [args: readonly string[], message: RegExp, hint: RegExp])[] = [
    [[], /missing required argument 'shell'/, /the shells are bash, zsh, fish/],
    [['tcsh'], /there is no completion for 'tcsh'/, /the shells are bash, zsh, fish/],
    [['bash', 'zsh'], /completion takes one shell, got bash zsh/, /the shells are bash, zsh, fish/],
    [['--list', 'rule'], /--list must be kernel or pattern or mutant, got 'rule'/, /--list kernel/],
    [['--list', 'pattern', '--', '--scenarios', '/no/such/place'], /there is no directory/, /NAME\.ts/],
  ]
  for (const [args, message, hint] of mistakes) await t.rejects(printed(...args), { message, hint }, args.join(' '))
})
