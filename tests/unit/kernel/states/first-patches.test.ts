import path from 'node:path'
import { test } from 'tap'
import { stateNamed, withFirstPatches } from '../../../../harness/kernel/states/first-patches.ts'
import { provideKernel } from '../../../../harness/kernel/provide.ts'
import { gmemPatch, miniDefinition, recordingContext } from '../fixtures/mini-tree.ts'

const patches = ['0001-KVM-one.patch', '0002-KVM-two.patch', '0003-mm-two.patch'].map((name) => ({
  name,
  subject: `subject of ${name}`,
}))

void test('a state is a number of patches, or a part of the name of its last one', async (t) => {
  t.equal(stateNamed('0', patches, '--good'), 0)
  t.equal(stateNamed('3', patches, '--good'), 3)
  t.equal(stateNamed('0002', patches, '--good'), 2)
  t.equal(stateNamed('mm-two', patches, '--good'), 3)
  t.throws(() => stateNamed('4', patches, '--bad'), { code: 'PATCH_UNKNOWN', message: /--bad '4'.* has 3 patches/ })
  const commits = [{ name: '4e4 ("a")', subject: 'a' }]
  t.throws(() => stateNamed('4', commits, '--bad'), { code: 'PATCH_UNKNOWN', message: /which has 1 patch$/ })
  t.equal(stateNamed('4e4', commits, '--bad'), 1)
  t.throws(() => stateNamed('two', patches, '--bad'), { code: 'PATCH_AMBIGUOUS', hint: /0002.*0003/ })
  t.throws(() => stateNamed('', patches, '--bad'), { code: 'PATCH_UNKNOWN' })
})

void test('each state builds on the one before, and the whole series is the kernel itself', async (t) => {
  const directory = t.testdir()
  const cache = path.join(directory, 'cache')
  const definition = await miniDefinition(directory, {
    patches: { '1.patch': gmemPatch(), '2.patch': gmemPatch('20', '200') },
  })
  const whole = await provideKernel(definition, recordingContext(cache))
  const first = await provideKernel(withFirstPatches(definition, 1), recordingContext(cache))
  t.strictSame(
    first.provenance.patches.map(({ name }) => name),
    ['1.patch'],
  )
  t.equal(first.provenance.objects, 1)
  const all = await provideKernel(withFirstPatches(definition, 2), recordingContext(cache))
  t.ok(all.cached)
  t.equal(all.key, whole.key)
})
