using System.CommandLine;
using Slipway.Cli.Api;
using Slipway.Cli.Output;
using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.Contracts.Errors;

namespace Slipway.Cli.Keys;

/// <summary><c>slipway keys</c>: the SSH keys by which the server knows you.</summary>
internal static class KeyCommands
{
    /// <summary>In ssh's own order of preference.</summary>
    private static readonly string[] Usual = ["id_ed25519.pub", "id_ecdsa.pub", "id_ecdsa_sk.pub", "id_ed25519_sk.pub", "id_rsa.pub"];

    private static readonly Argument<string?> File = new("FILE") { Description = "The public key's file; - reads standard input. Else the usual one in ~/.ssh.", Arity = ArgumentArity.ZeroOrOne };
    private static readonly Argument<string> Named = new("KEY") { Description = "Its fingerprint or comment." };

    public static IEnumerable<Command> All(CommandTree tree) =>
    [
        tree.Group(
            tree.Command("keys", "List your SSH keys, for git push over SSH.", ["slipway keys", "slipway keys add"], ListAsync, CommonOptions.Json),
            tree.Command("add", "Add a public key.", ["slipway keys add", "slipway keys add ~/.ssh/work.pub", "ssh-add -L | slipway keys add -"], AddAsync, File, CommonOptions.Json),
            tree.Command("remove", "Remove a key; who has it cannot log in any more.", ["slipway keys remove ada@laptop"], RemoveAsync, Named)),
    ];

    private static async Task<int> ListAsync(Invocation run, CancellationToken cancel) =>
        run.Show(await run.Api.ListAsync(Routes.Keys, ContractsJson.Default.IReadOnlyListKey, cancel), all =>
        {
            if (all.Count == 0) run.Screen.Note("No keys yet: slipway keys add");
            if (all.Count == 0) return;
            var table = new Table(new Column("FINGERPRINT", 3), new("TYPE", 2), new("COMMENT", 2), new("SINCE", 0));
            foreach (var key in all) table.Add(key.Fingerprint, key.PublicKey.Split(' ')[0], key.Comment, Visible.Time(key.CreatedAt));
            table.Write(run.Screen);
        });

    private static async Task<int> AddAsync(Invocation run, CancellationToken cancel)
    {
        var text = run.Get(File) is "-" ? await Question.ReadLineAsync(cancel) : await ReadAsync(run.Get(File) ?? Find(), cancel);
        var added = await run.Api.SendAsync(
            HttpMethod.Post, Routes.Keys, new CreateKeyRequest(text), ContractsJson.Default.CreateKeyRequest, ContractsJson.Default.Key, cancel);
        return run.Show(added, key => run.Screen.Line($"Added {key.Fingerprint} {Visible.Text(key.Comment)}".TrimEnd()));
    }

    private static async Task<int> RemoveAsync(Invocation run, CancellationToken cancel)
    {
        var removed = await run.Api.SendAsync(HttpMethod.Delete, $"{Routes.Keys}/{Uri.EscapeDataString(run.Get(Named)!)}", null, ContractsJson.Default.Key, cancel);
        run.Screen.Line($"Removed {removed.Value.Fingerprint} {Visible.Text(removed.Value.Comment)}".TrimEnd());
        return ExitCode.Success;
    }

    private static string Find()
    {
        var folder = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".ssh");
        return Usual.Select(name => Path.Combine(folder, name)).FirstOrDefault(System.IO.File.Exists)
            ?? throw new Failure(ExitCode.Usage, new SlipwayError("no_key", $"There is no public key in {folder}.")
            {
                Why = $"None of {string.Join(", ", Usual)} is there.",
                Next = "ssh-keygen -t ed25519, then slipway keys add",
            });
    }

    private static async Task<string> ReadAsync(string file, CancellationToken cancel)
    {
        try
        {
            return await System.IO.File.ReadAllTextAsync(file, cancel);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new Failure(ExitCode.Usage, new SlipwayError("no_key", $"{file} cannot be read.") { Why = e.Message, Next = "slipway keys add FILE" }, e);
        }
    }
}
