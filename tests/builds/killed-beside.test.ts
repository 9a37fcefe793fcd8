// A build of a directory that is killed at random moments beside another build of it: the next build recovers by itself.
import { test } from 'tap'
import { killBuilds } from '../unit/kernel/fixtures/kill-builds.ts'

void test('15 kills', { timeout: 140_000 }, (t) => killBuilds(t, 15, true))
