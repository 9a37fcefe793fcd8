// Facts are saved as text, and read again: a text that lacks one, or has another, is refused.
import { test } from 'tap'
import { factNames, gatherFacts, parseFacts } from '../../../harness/instance/guest-facts.ts'
import { fakeInstance } from '../fixtures/run/fake-instance.ts'

void test('facts are what they were when they have been saved', async (t) => {
  await using instance = (await fakeInstance()).instance
  const facts = await gatherFacts(instance.agent)
  t.strictSame(parseFacts(JSON.stringify(facts)), facts)
  t.ok(Object.keys(facts.probe).every((name) => factNames.includes(name)))
  t.ok(factNames.includes('/proc/cpuinfo'))
})

void test('what is not all of the facts is refused', async (t) => {
  await using instance = (await fakeInstance()).instance
  const { probe, files } = await gatherFacts(instance.agent)
  const { guestMemfd, ...lacking } = probe
  const bad: Readonly<Record<string, unknown>> = {
    nothing: null,
    'no probe': { files },
    'no files': { probe },
    'a fact is lacking': { probe: lacking, files },
    'an unknown fact': { probe: { ...probe, timeTravel: guestMemfd }, files },
    'not a flag': { probe: { ...probe, guestMemfd: 'yes' }, files },
    'an unknown dialect': { probe: { ...probe, dialects: ['esperanto'] }, files },
    'not a text': { probe, files: { '/proc/cpuinfo': 4 } },
  }
  for (const [name, value] of Object.entries(bad)) {
    t.equal(parseFacts(JSON.stringify(value)), undefined, name)
  }
  t.equal(parseFacts('{"probe'), undefined)
})
