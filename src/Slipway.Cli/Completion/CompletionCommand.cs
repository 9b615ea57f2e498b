using System.CommandLine;
using Slipway.Cli.Output;

namespace Slipway.Cli.Completion;

/// <summary><c>slipway completion</c>: the shell asks the command itself for what may come next (System.CommandLine's <c>[suggest]</c>).</summary>
internal static class CompletionCommand
{
    private static readonly Argument<string> Shell = new("SHELL") { Description = "bash, zsh or fish" };

    public static IEnumerable<Command> All(CommandTree tree) =>
    [
        tree.Command("completion", "Print what makes a shell complete slipway's commands.",
        [
            "source <(slipway completion bash)                 # in ~/.bashrc",
            "source <(slipway completion zsh)                  # in ~/.zshrc",
            "slipway completion fish > ~/.config/fish/completions/slipway.fish",
        ], Print, Shell),
    ];

    private static Task<int> Print(Invocation run, CancellationToken cancel)
    {
        run.Screen.Line(run.Get(Shell) switch
        {
            "bash" => Bash,
            "zsh" => Zsh,
            "fish" => Fish,
            var other => throw Failure.Usage("unknown_shell", $"There is no completion for '{Visible.Text(other ?? "")}'.", next: "slipway completion bash, zsh or fish"),
        });
        return Task.FromResult(ExitCode.Success);
    }

    private const string Bash = """
        _slipway() {
            local IFS=$'\n'
            COMPREPLY=( $(compgen -W "$(slipway "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}") )
        }
        complete -o default -F _slipway slipway
        """;

    private const string Zsh = """
        _slipway() {
            local found=("${(@f)$(slipway "[suggest:$CURSOR]" "$BUFFER" 2>/dev/null)}")
            if [[ -n $found ]]; then compadd -- $found; else _files; fi
        }
        compdef _slipway slipway
        """;

    private const string Fish = """
        complete -c slipway -a '(slipway "[suggest:"(commandline -C)"]" (commandline -cp) 2>/dev/null)'
        """;
}
