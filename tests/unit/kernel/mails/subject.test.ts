import { test } from 'tap'
import { readSubject, versionName } from '../../../../harness/kernel/mails/subject.ts'

void test('subjects of many lists', (t) => {
  const subjects: Readonly<Record<string, readonly [version: string, number: string, title: string]>> = {
    '[PATCH 1/3] a: b': ['v1', '1/3', 'a: b'],
    '[RFC PATCH v2 03/12] x': ['RFC v2', '3/12', 'x'],
    '[PATCH RFC 6.12 0/3] x': ['RFC v1', '0/3', 'x'],
    '[PATCH v6.12 1/3] x': ['v1', '1/3', 'x'],
    '[PATCHv4 net-next 1/3] x': ['v4', '1/3', 'x'],
    '[net-next,v2,2/3] x': ['v2', '2/3', 'x'],
    '[patch] [0/3] x': ['v1', '0/3', 'x'],
    '[PATCH 2 of 3] x': ['v1', '2/3', 'x'],
    'PATCH 0/3: x': ['v1', '0/3', 'x'],
    'PATCH v2 1/3: x': ['v2', '1/3', 'x'],
    '[kvm] Re: [PATCH v3 1/2] x': ['reply v3', '1/2', 'x'],
    'AW: [PATCH 1/2] x': ['reply v1', '1/2', 'x'],
    'Re[2]: [PATCH 1/2] x': ['reply v1', '1/2', 'x'],
    'Fwd: [PATCH 1/2] x': ['v1', '1/2', 'x'],
    '[PATCH RESEND v5 1/2] x': ['RESEND v5', '1/2', 'x'],
    '[PATCH] from 0/1 to 1/1': ['v1', 'none', 'from 0/1 to 1/1'],
    '[PATCH 2026/11/30] x': ['v1', 'none', 'x'],
    x: ['v1', 'none', 'x'],
    'kvm: PATCH the guest: now': ['v1', 'none', 'kvm: PATCH the guest: now'],
    '': ['v1', 'none', ''],
  }
  for (const [subject, wanted] of Object.entries(subjects)) {
    const facts = readSubject(subject)
    const number = facts.number === undefined ? 'none' : `${facts.number}/${facts.total}`
    t.strictSame([`${facts.isReply ? 'reply ' : ''}${versionName(facts)}`, number, facts.title], wanted, subject)
  }
  t.end()
})
