// The objects of a run for the database of KernelCI.
import { test } from 'tap'
import { written } from '../fixtures/written.ts'
import { storyOf } from '../fixtures/story.ts'

async function kcidb(events = storyOf()): Promise<unknown> {
  return JSON.parse(await written('kcidb', events))
}

void test('the checkout has base and patches, and names the mail of the series', async (t) => {
  t.match(await kcidb(), {
    version: { major: 5, minor: 3 },
    checkouts: [
      {
        id: /^gmemtest:[0-9a-f]{32}$/,
        git_repository_url: 'https://x.org/linux.git',
        git_commit_hash: '1'.repeat(40),
        patchset_files: [
          { name: '0001-x.patch', url: 'https://lore.kernel.org/all/1%40x.org/raw' },
          { name: '0002-y.patch', url: `urn:sha256:${'4'.repeat(64)}` },
        ],
        patchset_hash: '6'.repeat(64),
        message_id: '1@x.org',
        valid: true,
      },
    ],
    builds: [{ id: 'gmemtest:abc123', status: 'PASS', compiler: 'gcc 12', duration: 90, config_name: 'k' }],
  })
})

void test('tests have paths below kvm.gmem, with begin, duration and the end of their log', async (t) => {
  t.match(await kcidb(), {
    tests: [
      { path: 'kvm.gmem.a', status: 'PASS', start_time: '2026-11-30T00:00:05.000Z', duration: 0.25 },
      { path: 'kvm.gmem.b', status: 'FAIL', log_excerpt: /^wanted 12288, found 0\n[^]*again: / },
      { status: 'ERROR' },
      { status: 'MISS' },
      { status: 'SKIP', log_excerpt: 'the kernel lacks #1' },
    ],
  })
})

void test('a splat is an issue by its fingerprint, and an incident of its test', async (t) => {
  t.match(await kcidb(), {
    issues: [
      { id: 'gmemtest:splat-0123456789abcdef', version: 1, report_subject: 'WARNING in f', culprit: { code: true } },
    ],
    incidents: [
      { issue_id: 'gmemtest:splat-0123456789abcdef', issue_version: 1, test_id: /kvm\.gmem\.b$/, present: true },
    ],
  })
})

void test('a kernel that does not build is a build that failed; other trouble is a miss', async (t) => {
  const [begin] = storyOf()
  if (begin === undefined) throw new Error('a story has a beginning')
  const verdicts = { PASS: 0, FAIL: 0, ERROR: 0, MISS: 0, SKIP: 0 }
  for (const [fault, status] of [
    ['build', 'FAIL'],
    ['infra', 'MISS'],
  ] as const) {
    const end = { type: 'run-finished', milliseconds: 1, verdicts, aborted: 'x.c:3: error', fault } as const
    t.match(await kcidb([begin, end]), {
      builds: [{ status, log_excerpt: 'x.c:3: error' }],
      tests: Array.from({ length: 5 }, () => ({ status: 'MISS' })),
    })
  }
})
