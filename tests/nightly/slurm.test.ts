// A Slurm array of four tasks has the results of one run. It needs root and the packages slurm-wlm and munge.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'tap'
import { inProject } from '../../harness/base/paths.ts'
import { gmemtest, pointsOf } from '../vm/fixtures/command.ts'
import { needRootAnd } from './fixtures/need.ts'
import { startCluster } from './fixtures/slurm.ts'

const patterns = ['conversion/', 'holes/']
const mostHours = 1

void test('submit.sh: a kernel that was moved, four tasks, and a merge that waits for them', async (t) => {
  needRootAnd({ munged: 'munge', slurmctld: 'slurm-wlm', slurmd: 'slurm-wlm', sbatch: 'slurm-wlm' })
  const directory = t.testdir({ cluster: {}, cache: {} })
  // First, because its durations divide the suite.
  const one = await gmemtest('run', ...patterns, '--output', path.join(directory, 'one')).ended
  t.equal(one.exitCode, 0, one.stderr)

  await using cluster = await startCluster(path.join(directory, 'cluster'))
  const results = path.join(directory, 'results')
  const script = inProject('docs/ci/slurm/submit.sh')
  // A task finds nothing of the cache of this user.
  const env = { RESULTS: results, NODE_CACHE: path.join(directory, 'cache') }
  const job = cluster.run('sh', [script, ...patterns], env).trim()
  t.match(job, /^\d+$/)
  const deadline = Date.now() + mostHours * 3_600_000
  while (cluster.run('squeue', ['--noheader']).trim() !== '') {
    t.ok(Date.now() < deadline, 'the jobs end in time')
    await sleep(5000)
  }
  t.match(cluster.run('scontrol', ['show', 'job', job]), /JobState=COMPLETED/)
  const merged = readFileSync(path.join(results, 'merged/results.tap'), 'utf8')
  t.strictSame(pointsOf(merged), pointsOf(one.stdout))
  t.strictSame(merged.match(/^1\.\.\d+$/m)?.[0], one.stdout.match(/^1\.\.\d+$/m)?.[0])

  const seconds = [1, 2, 3, 4].map((index) => testSeconds(path.join(results, `shard-${index}/results.jsonl`)))
  const mean = seconds.reduce((sum, each) => sum + each, 0) / seconds.length
  t.comment(`the tests of the shards took ${seconds.map((each) => each.toFixed(1)).join(', ')} s`)
  t.ok(Math.max(...seconds) <= 1.3 * mean, 'the longest shard takes at most 1.3 times the mean')
})

/** Returns how long the tests of a shard took, without boots, in seconds. */
function testSeconds(file: string): number {
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line) =>
      line.includes('"type":"test-finished"') ? [/"milliseconds":([\d.]+)/.exec(line)?.[1] ?? '0'] : [],
    )
    .reduce((sum, milliseconds) => sum + Number(milliseconds) / 1000, 0)
}
