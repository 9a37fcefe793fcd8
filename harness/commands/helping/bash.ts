// The completion script for bash. It needs no other package of completions.
import { withParts, type Described, type DescribedOption, type Values } from './described.ts'
import { shellWord } from '../../process/child.ts'

/** Renders the script for gmemtest and its verbs. */
export function bashScript(root: Described, verbs: readonly Described[]): string {
  return `# Completion of gmemtest in bash: source <(gmemtest completion bash)
_gmemtest_values() {
	case $1 in
	directory) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$current") ;;
	file) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$current") ;;
	asked)
		mapfile -t COMPREPLY < <(compgen -W "$("\${COMP_WORDS[0]}" completion --list "$2" -- "\${words[@]:1}" 2>/dev/null)" -- "$current")
		# A kernel may be a file, and a scenario the path of one.
		if [[ $current == */* && \${#COMPREPLY[@]} -eq 0 ]]; then _gmemtest_values file; fi
		;;
	words) mapfile -t COMPREPLY < <(compgen -W "$2" -- "$current") ;;
	esac
}

_gmemtest() {
	local -a words=()
	local word verb='' index
	COMPREPLY=()
	# bash breaks a word at = and at :, also in --kernel=NAME.
	for ((index = 0; index <= COMP_CWORD; index++)); do
		word=\${COMP_WORDS[index]}
		if [[ $word == = ]] && ((index < COMP_CWORD)); then continue; fi
		if [[ $word == = ]]; then word=''; fi
		words+=("$word")
	done
	local current=\${words[-1]} previous=\${words[-2]}
	for ((index = 1; index < \${#words[@]} - 1; index++)); do
		case \${words[index]} in
		--) break ;;
		--color) ((index++)) ;;
		-*) ;;
		*) verb=\${words[index]}; break ;;
		esac
	done
	if [[ $verb == help && $previous == help ]]; then verb=''; fi
	case $verb in
${verbs
  .filter(({ parts }) => parts.length > 0)
  .map(partLines)
  .join('\n')}
	esac
	case "$verb $previous" in
${[root, ...withParts(verbs)].flatMap(valueLines).join('\n')}
	esac
	case $verb in
${[root, ...withParts(verbs)].map(wordLines).join('\n')}
	esac
}
complete -F _gmemtest gmemtest
`
}

/** Adds the part of a verb to its name, when the line has one. */
function partLines({ name, verbs }: Described): string {
  return `\t${name})
		for ((index++; index < \${#words[@]} - 1; index++)); do
			case \${words[index]} in
			${verbs.map((part) => part.name).join(' | ')}) verb+=" \${words[index]}"; break ;;
			esac
		done ;;`
}

function valueLines({ name, options }: Described): string[] {
  return options
    .filter(({ needsValue }) => needsValue)
    .map((option) => `\t${namesOf(option, `${name} `)}) ${valuesCall(option.values)}; return ;;`)
}

function namesOf({ long, short }: DescribedOption, before: string): string {
  return [long, ...(short === undefined ? [] : [short])].map((name) => shellWord(`${before}${name}`)).join(' | ')
}

/** An option where it can be one, else an argument. */
function wordLines({ name, options, arguments: [first], verbs }: Described): string {
  const flags = options.flatMap(({ long, short }) => (short === undefined ? [long] : [short, long]))
  const rest: Values = verbs.length > 0 ? { kind: 'words', words: verbs.map((verb) => verb.name) } : valuesFor(first)
  return `\t${shellWord(name)})
		if [[ $current == -* ]]; then _gmemtest_values words ${shellWord(flags.join(' '))}
		else ${valuesCall(rest)}; fi ;;`
}

function valuesFor(argument: Described['arguments'][number] | undefined): Values {
  return argument?.values ?? { kind: 'text' }
}

function valuesCall(values: Values): string {
  if (values.kind === 'words') return `_gmemtest_values words ${shellWord(values.words.join(' '))}`
  if (values.kind === 'asked') return `_gmemtest_values asked ${values.list}`
  return values.kind === 'text' ? ':' : `_gmemtest_values ${values.kind}`
}
