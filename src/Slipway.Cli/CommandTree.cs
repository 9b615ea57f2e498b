using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Reflection;
using Slipway.Cli.Account;
using Slipway.Cli.Addons;
using Slipway.Cli.Alerts;
using Slipway.Cli.Apps;
using Slipway.Cli.Backups;
using Slipway.Cli.Certificates;
using Slipway.Cli.Completion;
using Slipway.Cli.Cron;
using Slipway.Cli.ConfigVars;
using Slipway.Cli.Deploys;
using Slipway.Cli.Diagnoses;
using Slipway.Cli.Domains;
using Slipway.Cli.Ejections;
using Slipway.Cli.Errors;
using Slipway.Cli.Events;
using Slipway.Cli.Git;
using Slipway.Cli.Import;
using Slipway.Cli.Instances;
using Slipway.Cli.Keys;
using Slipway.Cli.Logs;
using Slipway.Cli.Mail;
using Slipway.Cli.Metrics;
using Slipway.Cli.Output;
using Slipway.Cli.Pipelines;
using Slipway.Cli.Registries;
using Slipway.Cli.Releases;
using Slipway.Cli.Server;
using Slipway.Cli.Setups;
using Slipway.Cli.Support;
using Slipway.Cli.Volumes;
using Slipway.Cli.Webhooks;

namespace Slipway.Cli;

/// <summary>All commands, in the order in which <c>slipway --help</c> lists them.</summary>
internal sealed class CommandTree(Screen screen)
{
    public static string Version { get; } =
        typeof(CommandTree).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    private readonly Dictionary<System.CommandLine.Command, string[]> _examples = [];

    public RootCommand Build()
    {
        var root = new RootCommand("Your apps on your own server. Begin with `slipway login`, then `slipway deploy` in an app's folder.");
        root.Options.Add(CommonOptions.Server);
        foreach (var command in (Command[])
        [
            .. DeployCommands.All(this), .. DiagnoseCommands.All(this), .. ErrorCommands.All(this), .. AlertCommands.All(this), .. MailCommands.All(this), .. SetupCommands.All(this), .. ImportCommand.All(this), .. GitCommands.All(this), .. AppCommands.All(this), .. LogCommands.All(this), .. MetricsCommand.All(this), .. InstanceCommands.All(this),
            .. RunCommand.All(this), .. ConfigCommands.All(this), .. ReleaseCommands.All(this), .. DatabaseCommands.All(this),
            .. AddonCommands.All(this), .. BackupCommands.All(this), .. CronCommands.All(this), .. DomainCommands.All(this), .. CertificateCommands.All(this), .. VolumeCommands.All(this), .. SettingsCommand.All(this), .. ExplainCommand.All(this), .. EjectCommand.All(this),
            .. PipelineCommands.All(this), .. ReviewAppCommands.All(this),
            .. EventCommands.All(this), .. ServerCommands.All(this), .. SupportBundleCommand.All(this), .. AccountCommands.All(this), .. AccountsCommands.All(this), .. KeyCommands.All(this), .. WebhookCommands.All(this), .. RegistryCommands.All(this), .. CompletionCommand.All(this),
        ]) root.Subcommands.Add(command);
        var help = root.Options.OfType<HelpOption>().Single();
        var helpAction = new HelpWithExamples(new HelpAction { MaxWidth = screen.Width }, _examples);
        help.Action = helpAction;
        foreach (var foreign in (string[])["/?", "/h", "-?"]) help.Aliases.Remove(foreign);
        // Alone, the program and the words that only group commands show what there is.
        foreach (var group in root.Subcommands.Where(c => c.Action is null).Append(root)) group.Action = helpAction;
        return root;
    }

    /// <summary>A command that does something.</summary>
    /// <param name="examples">Whole command lines, each with a comment after <c>#</c> where it needs one.</param>
    public Command Command(string name, string description, string[] examples, Func<Invocation, CancellationToken, Task<int>> run, params Symbol[] arguments)
    {
        var command = new Command(name, description);
        foreach (var symbol in arguments)
        {
            if (symbol is Option option) command.Options.Add(option);
            else command.Arguments.Add((Argument)symbol);
        }
        command.SetAction(async (parsed, cancel) =>
        {
            using var invocation = new Invocation(parsed, screen);
            return await run(invocation, cancel);
        });
        _examples[command] = examples;
        return command;
    }

    /// <summary>A command that also has commands below it, or that only groups them.</summary>
    public Command Group(Command group, params Command[] commands)
    {
        foreach (var command in commands) group.Subcommands.Add(command);
        return group;
    }

    private sealed class HelpWithExamples(HelpAction plain, Dictionary<Command, string[]> examples) : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parsed)
        {
            plain.Invoke(parsed);
            if (!examples.TryGetValue(parsed.CommandResult.Command, out var lines)) return ExitCode.Success;
            var to = parsed.InvocationConfiguration.Output;
            to.WriteLine("Examples:");
            foreach (var line in lines) to.WriteLine("  " + line);
            to.WriteLine();
            return ExitCode.Success;
        }
    }
}
