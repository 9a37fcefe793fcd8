import { test } from 'tap'
import { added, BoxRepository, readBox, reply } from '../fixtures/boxes.ts'

const idOf = (mail: string): string => /^Message-ID: <(.*)>$/im.exec(mail)?.[1] ?? ''

/** Sends one patch again, as an answer. */
function sendAgain(mail: string, to: string, version: number): string {
  return mail
    .replaceAll(/^(?:In-Reply-To|References|Message-ID): .*\n/gim, '')
    .replace('[PATCH v2', version === 1 ? '[PATCH' : `[PATCH v${version}`)
    .replace('\n\n', `\nMessage-ID: <again-${version}@example.org>\nIn-Reply-To: <${idOf(to)}>\n\n`)
}

void test('patches that were sent again alone take the place of those that they answer', async (t) => {
  const repository = new BoxRepository(t.testdir())
  const v1 = repository.mails()
  const [cover2 = '', , second2 = '', third2 = ''] = repository.mails({ version: 2, branch: 'better' })
  const [, , two = '', three = ''] = v1
  const comment = reply(two)
  const second = sendAgain(second2, two, 2)
  const boxes: Readonly<Record<string, readonly [mails: readonly string[], lines: string, notice: RegExp]>> = {
    'one patch, as an answer to the older one': [
      [...v1, second],
      'ten TWENTY thirty',
      /v2 of 'All of it' is taken \(3 patches\), and not v1\n.* v2 has only 2\/3, .* are those of v1$/,
    ],
    'one as an answer to a comment, and then one more': [
      [sendAgain(third2, three, 3), comment, ...v1, sendAgain(second2, comment, 2)],
      'ten TWENTY THIRTY',
      /v3 has only 3\/3, .* those of v2$/m,
    ],
    'an answer to another patch': [
      [...v1, sendAgain(second2, three, 2)],
      'ten twenty thirty',
      /^m\.mbox: v2 lacks 1\/3, 3\/3, so v1 is taken$/,
    ],
    'a patch of a version with a cover letter': [
      [...v1, cover2, second],
      'ten twenty thirty',
      /^m\.mbox: v2 lacks 1\/3, 3\/3, so v1 is taken$/,
    ],
    'the same version': [
      [...v1, sendAgain(second2, two, 1)],
      'ten twenty thirty',
      /^m\.mbox: the patch 'm\.mbox\[5\]: \[PATCH 2\/3\] b: twenty' <again-1@example\.org> in the thread is left out$/,
    ],
  }
  for (const [what, [mails, lines, notice]] of Object.entries(boxes)) {
    const part = await readBox(mails.join(''))
    t.equal(added(part), lines, what)
    t.match(part.notices.join('\n'), notice, what)
  }
  const text = [...v1, second].join('')
  t.equal(added(await readBox(text, 'again-2@example.org')), 'ten TWENTY thirty', 'by its Message-ID')
  t.equal(added(await readBox(text, idOf(three))), 'ten twenty thirty', 'a Message-ID of the older version')
})
