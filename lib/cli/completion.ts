/**
 * Completion of the command line by shells: scripts that know the commands and their options.
 *
 * @module
 */
import type { Command, CommandOption } from "./args.ts";

/** Writes the script of a shell for the commands of a program. */
export type CompletionWriter = (program: string, commands: readonly Command[]) => string;

/** Scripts by the name of the shell. */
export const COMPLETIONS: Readonly<Record<string, CompletionWriter>> = { bash, zsh, fish };

/** Words of an option's value, where `value` lists them as in `auto|hardware|software`. */
function choices({ value = "" }: CommandOption): string[] {
  return /^[a-z][a-z-]*(\|[a-z][a-z-]*)+$/.test(value) ? value.split("|") : [];
}

function bash(program: string, commands: readonly Command[]): string {
  const name = functionName(program);
  const options = commands.map(({ name, options }) => {
    const words = ["--help", ...Object.keys(options).map((option) => `--${option}`)];
    return `    ${name}) words="${words.join(" ")}" ;;`;
  });
  const values = commands.flatMap((command) =>
    Object.entries(command.options).flatMap(([option, of]) => {
      const words = of.type === "string" ? choices(of) : [];
      return words.length === 0
        ? []
        : [`    ${command.name}:--${option}) values="${words.join(" ")}" ;;`];
    })
  );
  const files = commands.flatMap((command) =>
    Object.entries(command.options).flatMap(([option, { type }]) =>
      type === "string" ? [`${command.name}:--${option}`] : []
    )
  );
  return `# bash completion of ${program}
${name}() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}"
  local command="\${COMP_WORDS[1]}" words="" values=""
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${
    commands.map(({ name }) => name).join(" ")
  } --help --version" -- "$current"))
    return
  fi
  case "$command:$previous" in
${values.join("\n")}
  esac
  if [ -n "$values" ]; then
    COMPREPLY=($(compgen -W "$values" -- "$current"))
    return
  fi
  case " ${files.join(" ")} " in
    *" $command:$previous "*) compopt -o default; return ;;
  esac
  case "$command" in
${options.join("\n")}
  esac
  case "$current" in
    -*) COMPREPLY=($(compgen -W "$words" -- "$current")) ;;
    *) compopt -o default ;;
  esac
}
complete -F ${name} ${program}
`;
}

function zsh(program: string, commands: readonly Command[]): string {
  const name = functionName(program);
  const cases = commands.map((command) => {
    const options = Object.entries(command.options).map(([option, of]) => {
      const about = quoted(of.about.replaceAll(/[[\]:]/g, " "));
      if (of.type === "boolean") return `'--${option}[${about}]'`;
      const words = choices(of);
      const action = words.length > 0 ? `(${words.join(" ")})` : "_files";
      return `'--${option}=[${about}]:${
        quoted(of.value ?? "VALUE").replaceAll(":", " ")
      }:${action}'`;
    });
    return `    ${command.name}) _arguments '--help[list the options]' ${
      options.map((option) => `\\\n      ${option} `).join("")
    }'*:file:_files' ;;`;
  });
  return `#compdef ${program}
${name}() {
  local -a commands
  commands=(
${commands.map(({ name, summary }) => `    '${name}:${quoted(summary)}'`).join("\n")}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command="\${words[2]}"
  shift words
  (( CURRENT-- ))
  case "$command" in
${cases.join("\n")}
  esac
}
compdef ${name} ${program}
`;
}

function fish(program: string, commands: readonly Command[]): string {
  const lines = commands.flatMap(({ name, summary, options }) => [
    `complete -c ${program} -n __fish_use_subcommand -f -a ${name} -d '${fishQuoted(summary)}'`,
    ...Object.entries(options).map(([option, of]) => {
      const words = choices(of);
      const value = of.type === "boolean"
        ? ""
        : words.length > 0
        ? ` -x -a '${words.join(" ")}'`
        : " -r";
      return `complete -c ${program} -n '__fish_seen_subcommand_from ${name}' -l ${option}${value} -d '${
        fishQuoted(of.about)
      }'`;
    }),
  ]);
  return `# fish completion of ${program}\n${lines.join("\n")}\n`;
}

function functionName(program: string): string {
  return `_${program.replaceAll(/\W/g, "_")}`;
}

/** Text inside single quotes of a POSIX shell. */
function quoted(text: string): string {
  return text.replaceAll("'", `'\\''`);
}

/** Text inside single quotes of fish. */
function fishQuoted(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("'", "\\'");
}
