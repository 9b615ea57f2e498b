using System.CommandLine;
using Slipway.Cli.Api;
using Slipway.Cli.Output;
using Slipway.Contracts;

namespace Slipway.Cli.Volumes;

/// <summary><c>slipway volumes</c>.</summary>
internal static class VolumeCommands
{
    public static IEnumerable<Command> All(CommandTree tree) =>
        [tree.Command("volumes", "List the app's volumes: folders that outlive its instances.", ["slipway volumes"], ListAsync, CommonOptions.App, CommonOptions.Json)];

    private static async Task<int> ListAsync(Invocation run, CancellationToken cancel) =>
        run.Show(await run.Api.ListAsync(Routes.Own(run.App, "volumes"), ContractsJson.Default.IReadOnlyListVolume, cancel), all =>
        {
            if (all.Count == 0)
            {
                run.Screen.Note("No volumes.");
                return;
            }
            var table = new Table(new Column("NAME", 3), new("MOUNTED AT", 2), new("MAY HOLD", 1, Right: true), new("SINCE", 0));
            foreach (var volume in all) table.Add(volume.Name.Value, volume.MountPath, volume.SizeBytes > 0 ? Visible.Bytes(volume.SizeBytes) : "", Visible.Time(volume.CreatedAt));
            table.Write(run.Screen);
        });
}
