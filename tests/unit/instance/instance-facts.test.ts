// Facts are saved as text and read again; a text that lacks one or names an unknown one is refused.
import { test } from 'tap'
import { factNames, gatherFacts, parseFacts } from '../../../harness/instance/instance-facts.ts'
import { fakeInstance } from '../fixtures/run/fake-instance.ts'

void test('saved facts equal the facts that were gathered', async (t) => {
  await using instance = (await fakeInstance()).instance
  const facts = await gatherFacts(instance.agent)
  t.strictSame(parseFacts(JSON.stringify(facts)), facts)
  t.ok(facts.probe.capabilities.every((name) => factNames.includes(name)))
  t.ok(factNames.includes('/proc/cpuinfo'))
})

void test('a text without all facts is refused', async (t) => {
  await using instance = (await fakeInstance()).instance
  const { probe, files } = await gatherFacts(instance.agent)
  const { capabilities, ...lacking } = probe
  const bad: Readonly<Record<string, unknown>> = {
    nothing: null,
    'no probe': { files },
    'no files': { probe },
    'no capabilities': { probe: lacking, files },
    'an unknown capability': { probe: { ...probe, capabilities: [...capabilities, 'time-travel'] }, files },
    'not a list': { probe: { ...probe, hugePages: 'convert-ioctl' }, files },
    'an unknown lack': { probe: { ...probe, lacks: ['memory'] }, files },
    'a trial that is no text': { probe: { ...probe, triedHugePages: { 'convert-ioctl': 4 } }, files },
    'an unknown dialect': { probe: { ...probe, dialects: ['esperanto'] }, files },
    'not a text': { probe, files: { '/proc/cpuinfo': 4 } },
  }
  for (const [name, value] of Object.entries(bad)) {
    t.equal(parseFacts(JSON.stringify(value)), undefined, name)
  }
  t.equal(parseFacts('{"probe'), undefined)
})
