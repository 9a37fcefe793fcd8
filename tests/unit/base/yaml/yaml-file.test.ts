import { test } from 'tap'
import { z } from 'zod'
import { readYaml } from '../../../../harness/base/yaml/yaml-file.ts'

const schema = z.strictObject({
  name: z.string().min(1).optional(),
  kind: z.enum(['vm', 'boot', 'none']).optional(),
  factor: z.number().min(1).max(100).optional(),
  list: z
    .array(z.strictObject({ match: z.string() }))
    .min(1)
    .optional(),
  skips: z.record(z.string(), z.string()).optional(),
  source: z.strictObject({ dir: z.string(), deep: z.boolean() }).optional(),
})

function read(text: string): unknown {
  return readYaml('/f.yaml', text, {
    schema,
    code: 'BAD',
    what: 'a definition',
    keysAt: () => Object.keys(schema.shape),
  })
}

const mistakes: readonly [text: string, message: string, hint?: RegExp][] = [
  ['factor: fast', "1:9: factor must be a number, got 'fast'"],
  ['factor: "2"', "1:9: factor must be a number, got '2'"],
  ['factor: .nan', '1:9: factor must be a number, got NaN'],
  ['factor: [1]', '1:9: factor must be a number, got a list'],
  ['factor:', '1:8: factor must be a number, got nothing'],
  ['factor: 0', '1:9: factor must be at least 1, got 0'],
  ['factor: 1e9', '1:9: factor must be at most 100, got 1000000000'],
  ['name: 3', '1:7: name must be a text, got 3'],
  ['name: true', '1:7: name must be a text, got true'],
  ['name: ""', "1:7: name must not be empty, got ''"],
  ['kind: bot', "1:7: kind must be one of vm, boot, none, got 'bot'", /^try 'boot'$/],
  ['kind: foo-bar', "1:7: kind must be one of vm, boot, none, got 'foo-bar'"],
  [String.raw`kind: "a\e[31m"`, String.raw`1:7: kind must be one of vm, boot, none, got "a\u001b[31m"`],
  [`kind: ${'x'.repeat(200)}`, `1:7: kind must be one of vm, boot, none, got '${'x'.repeat(80)}…'`],
  ['list: ./v8', "1:7: list must be a list, got './v8'", /^write a list: \[\.\/v8\]$/],
  ['list: {match: x}', '1:7: list must be a list, got a mapping'],
  ['list: []', '1:7: list must not be empty, got a list'],
  ['list:\n- match: x\n- match: 7', '3:10: match in entry 2 of list must be a text, got 7'],
  ['list: [x]', "1:8: entry 1 of list must be a mapping of 'key: value', got 'x'"],
  ['list: [{}]', '1:8: match in entry 1 of list is missing'],
  ['skips: [a]', "1:8: skips must be a mapping of 'key: value', got a list"],
  ['skips: {a: 1}', '1:12: skips.a must be a text, got 1'],
  ['source: {dir: x, deep: "yes"}', "1:24: source.deep must be true or false, got 'yes'"],
  ['', '1:1: this is not a definition: it is empty', /^the keys of a definition are name, kind, /],
  ['# none\n', '1:1: this is not a definition: it is empty', /^the keys of/],
  ['hello', "1:1: this is not a definition: it must be a mapping of 'key: value'", /^the keys of/],
  ['- x', "1:1: this is not a definition: it must be a mapping of 'key: value'", /^the keys of/],
]

for (const [text, message, hint] of mistakes) {
  void test(`a value that does not fit: ${JSON.stringify(text)}`, (t) => {
    t.throws(() => read(text), { code: 'BAD', message: `/f.yaml:${message}`, ...(hint === undefined ? {} : { hint }) })
    t.end()
  })
}

const syntax: readonly [text: string, hint: RegExp][] = [
  ['name: x\nkind', /'key: value' on each line/],
  ['hello\nname: x', /'key: value' on each line/],
  ['source:\n  dir: x\n   deep: true', /quotes/],
  ['list:\n  - match: x\n - match: y', /entries of one list/],
  ['list:\n  - match: x\n kind: vm', /same number of blanks|this line/],
  ['list: [x\nname: y', /close each/],
  ['source: {dir: x', /close each/],
  ['list: x]\nname: ]', /close each/],
  ['name: "x', /close the text/],
  ['name: @x', /into quotes/],
  ['name: %x', /into quotes/],
  ['name: "x" y', /this line/],
  ['name: *', /this line/],
]

for (const [text, hint] of syntax) {
  void test(`a mistake of YAML has a hint: ${JSON.stringify(text)}`, (t) => {
    t.throws(() => read(text), { code: 'BAD', message: /^\/f\.yaml:\d+:\d+: \P{Cc}+$/u, hint })
    t.end()
  })
}
