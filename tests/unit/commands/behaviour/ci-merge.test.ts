// The merges of the CI files keep what the next night is compared with: only a run that came to its end, and every history.
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'tap'
import { parse, parseAllDocuments } from 'yaml'
import { z } from 'zod'
import { inProject } from '../../../../harness/base/paths.ts'

const textOf = (file: string): string => readFileSync(inProject('docs/ci', file), 'utf8')

/** Ends with the code in the file `code`; notes its arguments, and that it has added a run to the history. */
const gmemtest = `#!/bin/sh
home=$(dirname "$0")
echo "$@" >"$home/args"
for word; do
	case $before in
	--output) mkdir -p "$word" && cp "$home/code" "$word/results.jsonl" ;;
	--history) cat "$home/code" >>"$word" ;;
	esac
	before=$word
done
exit "$(cat "$home/code")"
`

interface Engine {
  /** Returns the script of the merge on this night; all of its paths are in the directory. */
  readonly script: (directory: string, night: number) => string
  readonly baseline: string
  readonly history: string
}

function github(): string {
  const steps = z.array(z.looseObject({ name: z.string().optional(), run: z.string().optional() }))
  const { jobs } = z
    .object({ jobs: z.object({ merge: z.object({ steps }) }) })
    .parse(parse(textOf('github-actions.yml')))
  return jobs.merge.steps.find(({ name }) => name === 'Merge the shards')?.run ?? ''
}

function gitlab(): string {
  const { merge } = z.object({ merge: z.object({ script: z.array(z.string()) }) }).parse(parse(textOf('gitlab-ci.yml')))
  return merge.script.join('\n')
}

function kubernetes(directory: string, night: number): string {
  const container = z.object({ name: z.string(), args: z.array(z.string()) })
  const job = z.object({
    spec: z.object({ template: z.object({ spec: z.object({ containers: z.tuple([container]) }) }) }),
  })
  const text = textOf('kubernetes.yaml').replaceAll('RUN', String(night))
  const scripts = parseAllDocuments(text).flatMap((document) => {
    const found = job.safeParse(document.toJS())
    const [first] = found.data?.spec.template.spec.containers ?? []
    return first?.name === 'merge' ? first.args : []
  })
  for (const index of [0, 1, 2, 3]) {
    const shard = path.join(directory, `results/${night}/shard-${index}`)
    mkdirSync(shard, { recursive: true })
    writeFileSync(path.join(shard, 'results.jsonl'), '{"type":"run-finished"}\n')
  }
  return scripts
    .join('\n')
    .replaceAll(/(?<=[\s"])\/(results|tmp)\b/g, `${directory}/$1`)
    .replaceAll('/opt/gmemtest/', `${directory}/`)
}

const kept = { baseline: 'baseline', history: 'baseline/history.sqlite' }
const engines: Readonly<Record<string, Engine>> = {
  'github-actions.yml': { script: github, ...kept },
  'gitlab-ci.yml': { script: gitlab, ...kept },
  'kubernetes.yaml': { script: kubernetes, baseline: 'results/last', history: 'results/history.sqlite' },
}

for (const [file, { script, baseline, history }] of Object.entries(engines)) {
  void test(`${file}: a run that did not end is no baseline, and the history has every run`, async (t) => {
    const directory = t.testdir({ gmemtest, baseline: { 'kernel.tar.zst': '' } })
    chmodSync(path.join(directory, 'gmemtest'), 0o755)
    const read = (name: string): string => readFileSync(path.join(directory, name), 'utf8')
    let nights = 0
    const night = (code: number): string => {
      nights += 1
      // Each job begins with what the last one has kept.
      for (const name of ['merged', 'history.sqlite', 'tmp']) {
        rmSync(path.join(directory, name), { recursive: true, force: true })
      }
      mkdirSync(path.join(directory, 'tmp'))
      writeFileSync(path.join(directory, 'code'), `${code}\n`)
      const lines = script(directory, nights)
      const options = { cwd: directory, stdio: 'inherit', timeout: 20_000 } as const
      const { status } = spawnSync('bash', ['-c', `set -eo pipefail\n${lines}`], options)
      t.equal(status, code)
      return read('args')
    }
    t.notMatch(night(0), /--baseline/)
    t.match(night(1), /--baseline/)
    t.match(night(69), /--baseline/)
    t.equal(read(`${baseline}/results.jsonl`), '1\n')
    t.match(night(0), /--history/)
    t.equal(read(history), '0\n1\n69\n0\n')
    t.notOk(existsSync(path.join(directory, baseline, 'kernel.tar.zst')))
  })
}
