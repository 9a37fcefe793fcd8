// The completion script for zsh.
import { shellWord } from '../../process/child.ts'
import type { Described, DescribedArgument, DescribedOption, Values } from './described.ts'

/** Renders the script for gmemtest and its verbs: for a file `_gmemtest` in fpath, or to be sourced behind compinit. */
export function zshScript(root: Described, verbs: readonly Described[]): string {
  const summaries = root.verbs.map(({ name, summary }) => `\t\t${shellWord(`${escaped(name)}:${summary}`)}`)
  return `#compdef gmemtest
# Completion of gmemtest in zsh: source <(gmemtest completion zsh), or write it to a file _gmemtest in fpath
_gmemtest_asked() {
	local -a found
	found=(\${(f)"$($gmemtest_command completion --list $1 -- $gmemtest_words 2>/dev/null)"})
	compadd "\${@:2}" -a found || _files
}

_gmemtest_verbs() {
	local -a verbs
	verbs=(
${summaries.join('\n')}
	)
	_describe verb verbs
}

_gmemtest() {
	local context state line gmemtest_command=$words[1]
	local -a gmemtest_words=("\${(@)words[2,-1]}")
	typeset -A opt_args
	_arguments -C \\
${root.options.map((option) => `\t\t${optionSpec(option)} \\`).join('\n')}
		'1:verb:_gmemtest_verbs' \\
		'*::argument:->rest'
	[[ $state == rest ]] || return
	case $words[1] in
	help) _arguments '1:verb:_gmemtest_verbs' ;;
${verbs.map(verbCase).join('\n')}
	esac
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then _gmemtest "$@"; else compdef _gmemtest gmemtest; fi
`
}

function verbCase(verb: Described): string {
  if (verb.parts.length === 0) return `\t${verb.name})\n\t\t${argumentsOf(verb)} ;;`
  const names = verb.verbs.map(({ name }) => name)
  const cases = verb.parts.map((part, place) => `\t\t${names[place] ?? ''})\n\t\t\t${argumentsOf(part)} ;;`)
  return `\t${verb.name})
		state=''
		_arguments -C '1:part:(${names.join(' ')})' '*::argument:->part'
		[[ $state == part ]] || return
		case $words[1] in
${cases.join('\n')}
		esac ;;`
}

function argumentsOf(verb: Described): string {
  const specs = [...verb.options.map(optionSpec), ...verb.arguments.map(argumentSpec)]
  return ['_arguments', ...specs.map((spec) => `\t\t\t${spec}`)].join(' \\\n')
}

/** An option may come again: the last one counts, and --report and --append collect. */
function optionSpec({ long, short, placeholder, needsValue, text, values }: DescribedOption): string {
  const value = placeholder === undefined ? '' : `${needsValue ? '' : ':'}:${escaped(placeholder)}:${actionOf(values)}`
  const spec = (name: string, equals: string): string => shellWord(`*${name}${equals}[${escaped(text)}]${value}`)
  const ofLong = spec(long, placeholder === undefined ? '' : needsValue ? '=' : '=-')
  return short === undefined ? ofLong : `${spec(short, '')} ${ofLong}`
}

function argumentSpec({ name, isMany, values }: DescribedArgument): string {
  return shellWord(`${isMany ? '*' : '1'}:${escaped(name)}:${actionOf(values)}`)
}

function actionOf(values: Values): string {
  if (values.kind === 'words') return `(${values.words.join(' ')})`
  if (values.kind === 'asked') return `{_gmemtest_asked ${values.list}}`
  return { directory: '_files -/', file: '_files', text: '' }[values.kind]
}

/** Escapes what ends a part of a specification. */
function escaped(text: string): string {
  return text.replaceAll(/[[\]:\\]/g, String.raw`\$&`)
}
