// The completion scripts of bash, zsh and fish: they ask `mqadmin completion` at each tab.

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

const PROGRAMS = 'mqadmin mqbroker mqnamesrv mqshutdown pocketmq';

/** `entry` is the program that answers; where it has gone, the one on the PATH does. */
export function completionScript(shell: Shell, entry: string): string {
  const quoted = `'${entry.replaceAll("'", `'\\''`)}'`;
  return SCRIPTS[shell].replaceAll('@ENTRY@', quoted).replaceAll('@PROGRAMS@', PROGRAMS);
}

const ASK = `_pocketmq_ask() {
  if [ -e @ENTRY@ ]; then node @ENTRY@ mqadmin completion "$@" 2>/dev/null
  else command pocketmq mqadmin completion "$@" 2>/dev/null; fi
}`;

// A line of the answer is a value, a tab, what it is; or a directive that begins with a colon.
const BASH = `# bash completion of PocketMQ; in ~/.bashrc: source <(mqadmin completion bash)
${ASK}
_pocketmq() {
  local value about quoted
  COMPREPLY=()
  while IFS=$'\\t' read -r value about; do
    case $value in
      :files)
        compopt -o filenames 2>/dev/null
        while IFS= read -r value; do COMPREPLY+=("$value"); done \\
          < <(compgen -f -- "\${COMP_WORDS[COMP_CWORD]}") ;;
      :open) compopt -o nospace 2>/dev/null ;;
      ?*) printf -v quoted '%q' "$value"; COMPREPLY+=("$quoted") ;;
    esac
  done < <(_pocketmq_ask line "$COMP_WORDBREAKS" "\${COMP_LINE:0:COMP_POINT}")
}
complete -F _pocketmq @PROGRAMS@
`;

const ZSH = `#compdef @PROGRAMS@
# zsh completion of PocketMQ; in ~/.zshrc, after compinit: source <(mqadmin completion zsh)
${ASK}
_pocketmq() {
  local value about files=0
  local -a values abouts suffix
  while IFS=$'\\t' read -r value about; do
    case $value in
      :files) files=1 ;;
      :open) suffix=(-S '') ;;
      ?*)
        values+=("$value")
        abouts+=("$value\${about:+  -- $about}") ;;
    esac
  done < <(_pocketmq_ask words "\${(@Q)words[1,CURRENT]}")
  (( $#values )) && compadd -l -M 'm:{a-zA-Z}={A-Za-z}' $suffix -d abouts -a values
  (( files )) && _files
  (( $#values + files ))
}
if [[ \${funcstack[1]} == _pocketmq ]]; then _pocketmq "$@"; else compdef _pocketmq @PROGRAMS@; fi
`;

const FISH = `# fish completion of PocketMQ; in config.fish: mqadmin completion fish | source
function __pocketmq_ask
  if test -e @ENTRY@
    node @ENTRY@ mqadmin completion $argv 2>/dev/null
  else
    command pocketmq mqadmin completion $argv 2>/dev/null
  end
end
function __pocketmq_complete
  set -l before (commandline -opc)
  set -l current (commandline -ct)
  for line in (__pocketmq_ask words $before "$current")
    switch $line
      case ':files'
        __fish_complete_path "$current"
      case ':*'
      case '*'
        echo $line
    end
  end
end
for program in @PROGRAMS@
  complete -c $program -f -a '(__pocketmq_complete)'
end
`;

const SCRIPTS: Readonly<Record<Shell, string>> = { bash: BASH, zsh: ZSH, fish: FISH };
