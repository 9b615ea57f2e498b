using System.Runtime.InteropServices;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Contracts.Runner;
using Slipway.Contracts.Server;
using Slipway.Runner.Instances;
using Slipway.Runner.Kernel;
using Slipway.Runner.Layers;
using Slipway.Runner.Oci;
using Slipway.Runner.Volumes;

namespace Slipway.Runner.Roots;

/// <summary>The folders of the host that an instance sees, each found by name below Slipway's own directories.</summary>
internal sealed class InstanceMounts(ServerConfig config, LayerStore layers, VolumeStore volumes)
{
    private const string Init = "/usr/bin/tini-static";

    public IReadOnlyList<BindMount> Prepare(InstanceFolder folder, InstanceSpec spec)
    {
        List<BindMount> binds =
        [
            new(Init, OciConfig.InitPath, ReadOnly: true),
            new(folder.Scratch + "/tmp", "/tmp", ReadOnly: false),
            new(folder.SocketDirectory, "/run/slipway", ReadOnly: false, Executable: false),
        ];
        var number = 0;

        // Outer targets first, for one may lie inside another.
        foreach (var mount in spec.Mounts.OrderBy(m => m.Target.Length))
        {
            binds.Add(mount.Kind switch
            {
                MountKind.Volume => new BindMount(Volume(spec, mount.Name), mount.Target, mount.ReadOnly),
                MountKind.Source => new BindMount(Source(folder, Digest.Parse(mount.Name), number++), mount.Target, ReadOnly: true),
                MountKind.Layer => new BindMount(Layer(Digest.Parse(mount.Name)), mount.Target, ReadOnly: true),
                MountKind.PackageIndex => new BindMount(Index(), mount.Target, ReadOnly: true),
                _ => throw new InvalidOperationException($"The rules let a mount of kind {mount.Kind} pass."),
            });
        }

        return binds;
    }

    private string Volume(InstanceSpec spec, string name)
    {
        var path = volumes.PathOf(spec.App, VolumeName.Parse(name));
        return Directory.Exists(path) ? path : throw Missing("volume_missing", $"{spec.App} has no volume {name}.", "An instance never starts on a new, empty volume in place of a missing one.");
    }

    private string Layer(Digest digest)
    {
        layers.Require([digest]);
        return layers.PathOf(digest);
    }

    private string Index() => Directory.Exists(config.LocalIndexDirectory)
        ? config.LocalIndexDirectory
        : throw Missing("index_missing", $"There is no package index at {config.LocalIndexDirectory}.", null);

    /// <summary>
    /// Sources lie in a folder of slipwayd's, who must not be able to make the runner mount another place: the path is
    /// opened without following any link, and what was opened is mounted, whatever the path means by then.
    /// </summary>
    private string Source(InstanceFolder folder, Digest digest, int number)
    {
        var target = Path.Combine(folder.Mounts, $"{number}");
        Directory.CreateDirectory(target);
        var relative = Path.GetRelativePath(config.Home, Path.Combine(config.SourcesDirectory, digest.FileName));
        var home = Libc.Check(Libc.Open(config.Home, Libc.O_PATH | Libc.O_DIRECTORY | Libc.O_CLOEXEC, 0), $"open {config.Home}");
        try
        {
            var source = Beneath.TryOpen(home, relative, Libc.O_PATH | Libc.O_DIRECTORY);
            if (source < 0) throw Missing("source_missing", $"There is no source {digest.Short}.", Marshal.GetLastPInvokeErrorMessage());
            try
            {
                MountTable.Bind(Beneath.PathOf(source), target, readOnly: true);
                return target;
            }
            finally
            {
                Libc.Close(source);
            }
        }
        finally
        {
            Libc.Close(home);
        }
    }

    private static SlipwayException Missing(string id, string message, string? why) => new(409, new SlipwayError(id, message) { Why = why });
}
