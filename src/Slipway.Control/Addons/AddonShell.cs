using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Contracts.Runner;
using Slipway.Control.Instances;
using Slipway.Control.Secrets;
using Slipway.Control.Stacks;
using Slipway.Control.Store;

namespace Slipway.Control.Addons;

/// <summary>
/// <c>psql</c>, <c>mariadb</c> and <c>redis-cli</c> as the app's own user, attached. They run in an instance of the app's,
/// not in the server's: such a client can start a shell, and there it must find nothing but what the app itself may reach.
/// </summary>
internal sealed class AddonShell(
    IDbContextFactory<SlipwayStore> stores, StackCatalog stacks, RunnerClient runner, InstanceOwners owners, SecretBox secrets)
{
    private const long MiB = 1L << 20;

    /// <param name="named">Name of an add-on or attachment, or of the service where that is one; null for the app's database.</param>
    /// <exception cref="SlipwayException">404 <c>no_database</c> when the app has none, or none of that name.</exception>
    public async Task<OneOff> OpenAsync(AppRow app, string? named, TerminalSize? terminal, CancellationToken cancel)
    {
        var (addon, server) = await ChooseAsync(app, named, cancel);
        var kind = AddonKinds.Of(addon.Service);
        var stack = await stacks.FindAsync(kind.Stack, _ => ValueTask.CompletedTask, cancel);
        return await StartAsync(app, server, stack, kind.Client(new Uri(secrets.Open(addon.Url))), terminal, cancel);
    }

    /// <summary>Runs a client of a server's in an instance of the app's.</summary>
    public async Task<OneOff> StartAsync(AppRow app, AddonServerRow server, StackInfo stack, ClientProgram client, TerminalSize? terminal, CancellationToken cancel)
    {
        var name = AppName.Parse(app.Handle);
        var spec = new InstanceSpec
        {
            Id = InstanceIds.New(name, InstanceIds.NoShape),
            App = name,
            Name = $"{client.Command[0].Replace('_', '-')}.{RandomNumberGenerator.GetInt32(1000, 10_000)}",
            Kind = InstanceKind.OneOff,
            Uid = app.Uid,
            Layers = [stack.Layer],
            Command = client.Command,
            Environment = new Dictionary<string, string>(client.Environment)
            {
                ["PATH"] = "/usr/local/bin:/usr/bin:/bin",
                ["HOME"] = "/tmp",
                ["LANG"] = "C.UTF-8",
                ["TERM"] = "xterm-256color",
            },
            Limits = new ResourceLimits(256 * MiB, 1000, 64, 256 * MiB),
            Links = new Dictionary<string, int> { [AddonServers.HostOf(server)] = server.Address },
            Terminal = terminal,
        };
        var lease = owners.Own(spec.Id);
        try
        {
            return new OneOff(spec.Id, spec.Name, await runner.StreamAsync(RunnerVerb.Run, spec, ContractsJson.Default.InstanceSpec, cancel), lease);
        }
        catch
        {
            lease.Dispose();
            throw;
        }
    }

    private async Task<(AddonRow, AddonServerRow)> ChooseAsync(AppRow app, string? named, CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        var all = await store.AddonAttachments.AsNoTracking().Where(row => row.AppId == app.Id)
            .Join(store.Addons, attachment => attachment.AddonId, addon => addon.Id, (attachment, addon) => new { Attachment = attachment, Addon = addon })
            .Where(one => one.Addon.State == AddonState.Provisioned)
            .Join(store.AddonServers, one => one.Addon.ServerId, server => server.Id, (one, server) => new { one.Attachment, one.Addon, Server = server })
            .OrderBy(one => one.Attachment.Id).ToListAsync(cancel);
        var chosen = named is null
            ? all.FirstOrDefault(one => one.Attachment.Name == "DATABASE") ?? all.FirstOrDefault(one => AddonKinds.Of(one.Addon.Service).IsShared) ?? all.FirstOrDefault()
            : all.FirstOrDefault(one => one.Addon.Name == named) ?? all.FirstOrDefault(one => AttachmentLedger.IsCalled(one.Attachment, named))
                ?? (all.Count(one => one.Addon.Service == named) == 1 ? all.Single(one => one.Addon.Service == named) : null);
        return chosen is not null ? (chosen.Addon, chosen.Server) : throw None(app, named, all.Select(one => one.Attachment.Name));
    }

    private static SlipwayException None(AppRow app, string? named, IEnumerable<string> all) => named is null
        ? new(404, new SlipwayError("no_database", $"{app.Name} has no database of Slipway's.")
        {
            Why = "A Django app gets one with its first deploy, unless its settings name a database of their own.",
            Next = $"slipway addons create postgresql -a {app.Name}",
        })
        : new(404, new SlipwayError("no_database", $"{app.Name} has no add-on {TypedName.Quote(named)}.")
        {
            Why = all.Any() ? $"It has {string.Join(", ", all)}." : "It has none.",
            Next = $"slipway addons -a {app.Name}",
        });
}
