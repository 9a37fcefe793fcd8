// The nightly of systemd sends a mail when something is new or nothing ran, and at no other time.
import { spawnSync } from 'node:child_process'
import { chmod, copyFile, mkdir, readFile, readlink, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'tap'
import { inProject } from '../../../../harness/base/paths.ts'

/** A checkout whose gmemtest ends with the code in the file `code`, and notes its arguments. */
async function checkout(
  directory: string,
): Promise<(code: number) => Promise<{ status: number | null; stderr: string; mail: string; args: string }>> {
  const script = path.join(directory, 'docs/ci/systemd/nightly.sh')
  await mkdir(path.dirname(script), { recursive: true })
  await copyFile(inProject('docs/ci/systemd/nightly.sh'), script)
  const programs = {
    gmemtest: `#!/bin/sh
echo "$@" >args
while [ "$1" != --output ]; do shift; done
mkdir -p "$2"; echo '{}' >"$2/results.jsonl"; echo '| new | pinned-page-refuses |' >"$2/summary.md"
echo 'gmemtest: a line of standard error' >&2; echo TAP
exit "$(cat code)"
`,
    sendmail: '#!/bin/sh\ncat >>mail\n',
  }
  for (const [name, text] of Object.entries(programs)) {
    await writeFile(path.join(directory, name), text)
    await chmod(path.join(directory, name), 0o755)
  }
  return async (code) => {
    await writeFile(path.join(directory, 'code'), String(code))
    await writeFile(path.join(directory, 'mail'), '')
    const env = {
      ...process.env,
      SENDMAIL: path.join(directory, 'sendmail'),
      STATE_DIRECTORY: path.join(directory, 'state'),
      MAIL_TO: 'me@example.org',
    }
    const { status, stderr } = spawnSync('sh', [script], { env, encoding: 'utf8' })
    const read = async (name: string): Promise<string> => readFile(path.join(directory, name), 'utf8')
    return { status, stderr, mail: await read('mail'), args: await read('args') }
  }
}

void test('a night without news is silent, and the next one compares with it', async (t) => {
  const night = await checkout(t.testdir())
  const first = await night(0)
  t.match(first, { status: 0, mail: '' })
  t.notMatch(first.args, /--baseline/)
  const second = await night(0)
  t.match(second, { status: 0, mail: '' })
  t.match(second.args, /--baseline \S+\/state\/last --retry-new 3 --output \S+\/state\/\d{4}-/)
})

void test('news come by mail, and are the baseline of the next night', async (t) => {
  const night = await checkout(t.testdir())
  const { status, mail } = await night(1)
  t.equal(status, 1)
  t.match(mail, /^To: me@example\.org\nSubject: gmemtest on gmem-convert: something is new\n/)
  t.match(mail, /a line of standard error/)
  t.match(mail, /\| new \| pinned-page-refuses \|/)
  t.match((await night(0)).args, /--baseline/)
})

void test('a night without a run is told, and is no baseline', async (t) => {
  const night = await checkout(t.testdir())
  const { status, mail } = await night(69)
  t.equal(status, 69)
  t.match(mail, /^Subject: gmemtest on gmem-convert: could not run \(exit code 69\)$/m)
  t.notMatch((await night(0)).args, /--baseline/)
})

void test('a night whose mail or whose results cannot be written is no success of the unit', async (t) => {
  const directory = t.testdir()
  const night = await checkout(directory)
  await night(0)
  await writeFile(path.join(directory, 'sendmail'), '#!/bin/sh\nexit 1\n')
  t.equal((await night(1)).status, 69)
  const last = await readlink(path.join(directory, 'state/last'))
  await night(1)
  t.equal(await readlink(path.join(directory, 'state/last')), last, 'the news come again')
  await rm(path.join(directory, 'state'), { recursive: true })
  await writeFile(path.join(directory, 'state'), '')
  t.match(await night(0), { status: 69, stderr: /state.*File exists/ })
})
