// Missing requirements become a list of packages, each once.
import { test } from 'tap'
import { missingPackages, probeRequirements, requirements } from '../../../harness/process/requirements.ts'

void test('a complete computer lacks no package', (t) => {
  const splats = probeRequirements(requirements, () => '/usr/bin/it')
  t.same(missingPackages(splats), [])
  t.equal(splats.length, requirements.length)
  t.end()
})

void test('packages are named once, in the order of the table', (t) => {
  const splats = probeRequirements(requirements, ({ package: name }) =>
    ['util-linux', 'bc'].includes(name) ? undefined : '/usr/bin/it',
  )
  t.same(missingPackages(splats), ['util-linux', 'bc'])
  t.end()
})

void test('this computer meets the requirements of these tests', (t) => {
  const found = probeRequirements().filter((splat) => splat.found !== undefined)
  t.ok(found.some(({ what }) => what === 'setpriv'))
  t.ok(found.every((splat) => splat.found?.startsWith('/')))
  t.end()
})

void test('missing programs and files are not found', (t) => {
  const [program, files, dynamic] = probeRequirements([
    { what: 'a', neededFor: '', package: 'a', probe: { program: 'no-such-program' } },
    { what: 'b', neededFor: '', package: 'b', probe: { files: ['/nonexistent'] } },
    { what: 'c', neededFor: '', package: 'c', probe: { program: 'ls', mustBeStatic: true } },
  ])
  t.equal(program?.found, undefined)
  t.equal(files?.found, undefined)
  t.equal(dynamic?.found, undefined)
  t.end()
})
