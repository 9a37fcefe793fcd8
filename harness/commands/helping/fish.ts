// The completion script for fish.
import { withParts, type Described, type DescribedOption, type Values } from './described.ts'

/** Renders the script for gmemtest and its verbs. */
export function fishScript(root: Described, verbs: readonly Described[]): string {
  const names = root.verbs.map(({ name }) => name).join(' ')
  const parts = verbs.flatMap((verb) => verb.parts.map(({ name }) => quoted(name))).join(' ')
  const noVerb = "-n 'test -z (__gmemtest_verb)'"
  return `# Completion of gmemtest in fish: gmemtest completion fish | source
function __gmemtest_verb --description 'Prints the verb of the command line with its part, or an empty line'
	set -l verb
	for word in (commandline -opc)[2..]
		if test -n "$verb"
			if contains -- "$verb $word" ${parts}
				echo "$verb $word"
				return
			end
		else if contains -- $word help ${names}
			set verb $word
		end
	end
	echo $verb
end
function __gmemtest_asked --description 'Prints the words of a list'
	set -l words (commandline -opc)
	$words[1] completion --list $argv[1] -- $words[2..] 2>/dev/null
end
complete -c gmemtest -f
${[
  ...root.verbs.map(({ name, summary }) => `complete -c gmemtest ${noVerb} -a ${name} -d ${quoted(summary)}`),
  `complete -c gmemtest -n 'test (__gmemtest_verb) = help' -a '${names}'`,
  ...root.options.map((option) => optionLine(option, noVerb)),
  ...withParts(verbs).flatMap(verbLines),
].join('\n')}
`
}

function verbLines({ name, options, arguments: [first], verbs: parts }: Described): string[] {
  const condition = `-n 'test (__gmemtest_verb) = "${name}"'`
  const words = first === undefined ? '' : wordsOf(first.values)
  return [
    ...options.map((option) => optionLine(option, condition)),
    ...parts.map((part) => `complete -c gmemtest ${condition} -a ${part.name} -d ${quoted(part.summary)}`),
    ...(words === '' ? [] : [`complete -c gmemtest ${condition} ${words}`]),
  ]
}

function optionLine({ long, short, needsValue, text, values }: DescribedOption, condition: string): string {
  const names = `${short === undefined ? '' : `-s ${short.slice(1)} `}-l ${long.slice(2)}`
  const value = needsValue ? `-r ${wordsOf(values) || '-f'} ` : ''
  return `complete -c gmemtest ${condition} ${names} ${value}-d ${quoted(text)}`
}

function wordsOf(values: Values): string {
  if (values.kind === 'words') return `-f -a '${values.words.join(' ')}'`
  if (values.kind === 'asked') return `-f -a '(__gmemtest_asked ${values.list})'`
  return { directory: "-f -a '(__fish_complete_directories)'", file: '-F', text: '' }[values.kind]
}

function quoted(text: string): string {
  return `'${text.replaceAll(/[\\']/g, String.raw`\$&`)}'`
}
