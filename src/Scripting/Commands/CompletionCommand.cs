using System.CommandLine;

namespace SVco.Scripting.Commands;

/// <summary><c>svco completion bash|zsh|pwsh</c>: a shell's script that completes commands and options.</summary>
static class CompletionCommand
{
    const string Bash = """
        # source <(svco completion bash)
        _svco() {
            local words
            words="$("${COMP_WORDS[0]}" "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null)"
            COMPREPLY=($(compgen -W "${words}" -- "${COMP_WORDS[COMP_CWORD]}"))
            [[ ${#COMPREPLY[@]} -gt 0 ]] || COMPREPLY=($(compgen -f -- "${COMP_WORDS[COMP_CWORD]}"))
        }
        complete -F _svco svco ./svco
        """;

    const string Zsh = """
        # source <(svco completion zsh)
        _svco() {
            local -a words
            words=("${(@f)$(${words[1]} "[suggest:${CURSOR}]" "${BUFFER}" 2>/dev/null)}")
            compadd -a words
            _files
        }
        compdef _svco svco ./svco
        """;

    const string PowerShell = """
        # svco completion pwsh | Out-String | Invoke-Expression
        Register-ArgumentCompleter -Native -CommandName svco -ScriptBlock {
            param($word, $line, $position)
            svco "[suggest:$position]" "$line" | ForEach-Object { [System.Management.Automation.CompletionResult]::new($_) }
        }
        """;

    public static Command Create()
    {
        var shell = new Argument<string>("shell") { Description = "bash, zsh or pwsh." };
        shell.AcceptOnlyFromAmong("bash", "zsh", "pwsh");
        var command = new Command("completion", "A script that lets a shell complete commands and options: source <(svco completion bash)")
        {
            shell,
        };
        command.SetAction(parsed =>
            Console.WriteLine(
                parsed.GetRequiredValue(shell) switch
                {
                    "bash" => Bash,
                    "zsh" => Zsh,
                    _ => PowerShell,
                }
            )
        );
        return command;
    }
}
